"""Stored pictures: what the page draws against what it drew when somebody last looked, within a tolerance."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from playwright.sync_api import Page

STORED = Path(__file__).parent / "pictures"
FAR = 48
"""Of 255: how far a channel of a pixel may be off; edges differ a little from one graphics driver to the next."""
MOST = 0.004
"""Share of pixels that may be further off."""

_COMPARE = """async ([before, after, far]) => {
  const read = async (url) => {
    const image = Object.assign(new Image(), {src: url});
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return [canvas, context, context.getImageData(0, 0, image.width, image.height)];
  };
  const [, , old] = await read(before);
  const [canvas, context, now] = await read(after);
  if (old.width !== now.width || old.height !== now.height) return [1, after];
  let off = 0;
  for (let i = 0; i < now.data.length; i += 4) {
    const most = Math.max(...[0, 1, 2].map((k) => Math.abs(now.data[i + k] - old.data[i + k])));
    off += most > far;
    now.data.set(most > far ? [255, 0, 80, 255] : [0, 1, 2].map((k) => 255 - (255 - now.data[i + k]) / 4), i);
  }
  context.putImageData(now, 0, 0);
  return [off / (now.data.length / 4), canvas.toDataURL()];
}"""


def assert_picture(page: Page, name: str, shot: bytes, folder: Path) -> None:
    """Fails with a picture of the difference in `folder`. With SKYSIFT_PICTURES=write the picture is stored anew."""
    path = STORED / f"{name}.png"
    if os.environ.get("SKYSIFT_PICTURES") == "write":
        path.write_bytes(shot)
        return
    blank = page.context.new_page()
    share, marked = blank.evaluate(_COMPARE, [_url(path.read_bytes()), _url(shot), FAR])
    if share > MOST:
        (folder / f"{name}.png").write_bytes(shot)
        (folder / f"{name}-difference.png").write_bytes(base64.b64decode(marked.partition(",")[2]))
    assert share <= MOST, f"{share:.2%} of {name} is drawn otherwise, red in {folder / f'{name}-difference.png'}"


def _url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
