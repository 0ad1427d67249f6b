"""The chart of docs/PERFORMANCE.md: rates beside peers', a bar each, as SVG."""
from xml.sax.saxutils import escape

ROW, LEFT, UNIT, TOP, MOST = 34, 270, 170, 46, 3.0
STYLE = """<style>
text { font: 14px sans-serif; fill: #222 }
.peer { stroke: #666; stroke-dasharray: 4 3 }
.bar { fill: #3b6ea5 }
.less { fill: #b06a3b }
.aim { stroke: #111; stroke-width: 3 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .aim { stroke: #eee } .peer { stroke: #999 } }
</style>"""


def draw(bars):
    """bars: (label, our rate in the peer's, the least that is aimed at or None)"""
    height = TOP + ROW * len(bars) + 8
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">'
           % (LEFT + UNIT * MOST + 60, height), STYLE,
           "<title>Rates of Probant beside its peers\u2019</title>",
           '<text x="%d" y="20">the peer\u2019s rate; thick: aimed at</text>' % (LEFT + UNIT + 6),
           '<line class="peer" x1="%d" y1="8" x2="%d" y2="%d"/>'
           % (LEFT + UNIT, LEFT + UNIT, height - 4)]
    for number, (label, rate, aim) in enumerate(bars):
        y, end = TOP + ROW * number, LEFT + UNIT * min(rate, MOST)
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>'
                   % (LEFT - 10, y + 15, escape(label)))
        out.append('<rect class="%s" x="%d" y="%d" width="%.1f" height="20"/>'
                   % ("bar" if aim is None or rate >= aim else "less", LEFT, y, end - LEFT))
        if aim is not None:
            at = LEFT + UNIT * aim
            out.append('<line class="aim" x1="%.1f" y1="%d" x2="%.1f" y2="%d"><title>aimed at: %.1f'
                       '</title></line>' % (at, y - 4, at, y + 24, aim))
        out.append('<text x="%d" y="%d" text-anchor="end">%.2f</text>'
                   % (LEFT + UNIT * MOST + 50, y + 15, rate))
    return "\n".join(out + ["</svg>", ""])
