"""An encoder as a program of its own: FFmpeg's WHIP muxer, as PyAV carries it.

`python encoder.py URL TOKEN [OPTION=VALUE ...]`, with options of the muxer. It takes its leave when it is told to end.
"""

import signal
import sys
import time

import av
import numpy as np

av.logging.set_level(av.logging.ERROR)


RATE = 48_000
PER_PICTURE = RATE // 30
# Two minutes: no test takes so long, and nobody may be left to end it.
PICTURES_MOST = 3_600


def hum(number: int) -> av.AudioFrame:
    """The sound that goes with a picture."""
    moments = (np.arange(PER_PICTURE) + number * PER_PICTURE) / RATE
    wave = (np.sin(moments * 2 * np.pi * 220) * 8_000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[np.newaxis], format="s16", layout="stereo")
    frame.sample_rate, frame.pts = RATE, number * PER_PICTURE
    return frame


def main(url: str, token: str, *given: str) -> None:
    """Send a changing grey, and a hum, until it is told to end."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    options = {"authorization": token} | dict(each.split("=", 1) for each in given)
    out = av.open(url, "w", format="whip", options=options)
    video = out.add_stream("libx264", rate=30)
    video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
    video.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "g": "15"}
    sound = out.add_stream("libopus", rate=RATE)
    sound.layout = "stereo"
    for number in range(PICTURES_MOST):
        if told:
            break
        frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), number * 4 % 255, np.uint8), format="rgb24")
        frame.pts = number
        for packet in video.encode(frame):
            out.mux(packet)
        for packet in sound.encode(hum(number)):
            out.mux(packet)
        time.sleep(1 / 30)
    out.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
