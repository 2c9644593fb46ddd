// ---- edges
function curve(pen, a, b) {
  const [x0, y0, x1, y1] = [screenX[a], screenY[a], screenX[b], screenY[b]];
  pen.moveTo(x0, y0);
  pen.quadraticCurveTo((x0 + x1) / 2 + .12 * (y1 - y0), (y0 + y1) / 2 - .12 * (x1 - x0), x1, y1);
}
function strokes(pen, from, count, end, colour, opacity, thick) {
  pen.strokeStyle = colour; pen.globalAlpha = opacity; pen.lineWidth = thick;
  // In batches, so that bundles of edges become darker than single ones.
  for (let e = 0; e < count;) {
    pen.beginPath();
    for (const stop = Math.min(count, e + 60); e < stop; e++) end(pen, from + e);
    pen.stroke();
  }
}
const drawnEdges = () => Math.min(MOST_LINES, pairs.length / 2);
const drawnGaps = () => Math.min(MOST_LINES / 2, gapPairs.length / 2);
function clean(id) {
  const pen = part2d(id);
  pen.setTransform(1, 0, 0, 1, 0, 0); pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0); pen.globalAlpha = 1; pen.setLineDash([]);
  return pen;
}
function drawLines() {
  const pen = clean("lines"), focus = [...new Set(hovered < 0 ? pins : [...pins, hovered])];
  const faint = (focus.length ? .4 : 1) * (dark.matches ? .05 : .048) *
    Math.min(1.6, Math.max(.5, 40 / Math.sqrt(drawnEdges() + 1))) * (neurons > 5000 ? 2.2 : 1);
  strokes(pen, 0, drawnEdges(), (p, e) => curve(p, pairs[2 * e], pairs[2 * e + 1]),
    ink("edge"), faint, .8);
  strokes(pen, 0, drawnGaps(), (p, e) => curve(p, gapPairs[2 * e], gapPairs[2 * e + 1]),
    ink("gap"), .6 * faint, .8);
  for (const i of focus) {
    for (const [ends, colour, to] of [[incoming, "in", true], [outgoing, "out", false],
      [touching, "gap", false]]) {
      const count = Math.min(MOST_OWN_LINES, ends.start[i + 1] - ends.start[i]);
      strokes(pen, ends.start[i], count, (p, e) => to ? curve(p, ends.list[e], i) :
        curve(p, i, ends.list[e]), ink(colour), Math.max(.16, Math.min(.75, 9 / Math.sqrt(count + 1) / 2)), 1.1);
    }
  }
}
function drawOver() {
  const pen = clean("over");
  pen.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "center"; pen.fillStyle = ink("faint");
  if (groups.length > 1) for (const [label, x, top, count] of about.discs) {
    const [left, above] = view(x, top, 0);
    pen.fillText(`${label} · ${count.toLocaleString("en-GB")}`, left, above - Math.max(12, core * 2));
  }
  pen.textAlign = "left";
  pins.forEach((i, k) => ring(pen, i, pinColour(k), 2));
  if (hovered >= 0) ring(pen, hovered, ink("ink"), 1.2, pins.includes(hovered));
}
function ring(pen, i, colour, thick, bare = false) {
  const [x, y] = [screenX[i], screenY[i]], far = Math.max(5, core + 3.5);
  pen.strokeStyle = colour; pen.lineWidth = thick;
  pen.beginPath(); pen.arc(x, y, far, 0, 7); pen.stroke();
  if (bare || !pins.includes(i)) return;
  const wide = pen.measureText(names[i]).width;
  const left = x + far + 5 + wide > width ? x - far - 5 - wide : x + far + 5;
  pen.lineWidth = 4; pen.lineJoin = "round"; pen.strokeStyle = ink("panel");
  pen.strokeText(names[i], left, y + 4);
  pen.fillStyle = colour; pen.fillText(names[i], left, y + 4);
}

