"""Stand-in."""
import csv, io
from dataclasses import dataclass
import numpy as np
import pandas as pd
from okr_data.ingest.grid import Grid, Upload, Unreadable, LIMITS
from okr_data.issues import Issue

@dataclass(frozen=True)
class JsonMember:
    file: str
    member: str
    data: object

def read_upload(upload, limits=LIMITS):
    text = upload.content.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise Unreadable(Issue("file_empty", "the file is empty", upload.name))
    first = text.splitlines()[0]
    delim = max(",;\t|", key=first.count)
    rows, lines, line = [], [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delim)
    for cells in reader:
        rows.append([c.strip() or None for c in cells]); lines.append(line); line = reader.line_num + 1
    width = max(len(r) for r in rows[:20])
    over = {i: tuple(c or "" for c in r[width:]) for i, r in enumerate(rows) if len(r) > width and any(r[width:])}
    frame = pd.DataFrame([(r + [None]*width)[:width] for r in rows]).astype("str")
    return [Grid(upload.name, frame, np.array(lines), delimiter=delim, overflow=over)]
