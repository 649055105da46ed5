"""An encoder as a program of its own: FFmpeg's WHIP muxer, as PyAV carries it. `python encoder.py URL TOKEN`."""

import sys
import time

import av
import numpy as np

av.logging.set_level(av.logging.ERROR)


def main(url: str, token: str) -> None:
    """Send two seconds of a changing grey."""
    out = av.open(url, "w", format="whip", options={"authorization": token})
    video = out.add_stream("libx264", rate=30)
    video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
    video.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "g": "15"}
    for number in range(60):
        frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), number * 4 % 255, np.uint8), format="rgb24")
        frame.pts = number
        for packet in video.encode(frame):
            out.mux(packet)
        time.sleep(1 / 30)
    out.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
