"""How long a media node counts as living without a sign of life, and how soon its end is noticed. Only numbers: they
hang together, and stand here so that nobody changes one alone. The sum of them is in decision 17.

    A machine that dies is noticed within   LEASE_S + max(LOOK_S, ANSWER_S) + ANSWER_S = 14 s
    Redis may be away, and nobody is lost,  LEASE_S - BEAT_S = 8 s
"""

# A node that was not heard of for so long is dead, and its rooms go elsewhere.
LEASE_S = 10.0
# Five renewals fit into a lease.
BEAT_S = 2.0
# How often each worker that has people in calls looks for dead nodes.
LOOK_S = 1.0
# What Redis may take for an answer before calls are refused rather than held up. No longer than a beat: a renewal that
# is not answered is over when the next one is due.
ANSWER_S = 2.0
# A Redis that was started again may know nothing. By then every node that lives has renewed: the beat that is due, and
# its answer.
ENTERED_S = BEAT_S + ANSWER_S
# Who could not renew ends what it carries after a lease, and notices that with a beat.
CUT_OFF_S = LEASE_S + BEAT_S
