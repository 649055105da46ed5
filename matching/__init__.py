"""Who meets when: timetables as pure functions. `matching.plans` chooses meetings from wishes, `matching.gaps` packs
meetings that are agreed, and `matching.running` runs either in a process of its own."""
