// ---- one picture
const WANT = { dots: 1, lines: 2, over: 4, place: 8, traces: 16 };
function want(...what) {
  if (!pending) requestAnimationFrame(draw);
  for (const one of what) pending |= WANT[one];
}
function draw(clock) {
  const due = pending; pending = 0;
  if (playing) {
    now = Math.min(last, now + (before ? Math.min(100, clock - before) : 0) / 1000 * rates[+part("pace").value]);
    before = clock;
    if (now >= last) pause();
  }
  if (due & WANT.place) project();
  if (due & (WANT.place | WANT.lines)) drawLines();
  if (due & (WANT.place | WANT.over)) drawOver();
  drawDots();
  if (due & WANT.traces) drawTraces();
  part("clock").textContent = timeText(now);
  part("moment").value = (now - first) / span;
  part("moment").setAttribute("aria-valuetext", timeText(now));
  part("cursor").style.transform = `translateX(${plotLeft + plotWide * (now - first) / span}px)`;
  document.querySelectorAll("#picked output").forEach((out, k) => out.textContent = withUnit(pins[k]));
  if (hovered >= 0) tipText();
  if (playing) want("dots");
}
function resize() {
  const box = part("stage").getBoundingClientRect();
  if (Math.abs(box.width - 2 - width) < .5 && Math.abs(box.height - 2 - height) < .5) return;
  width = Math.max(50, box.width - 2); height = Math.max(50, box.height - 2);
  ratio = Math.min(2, devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (width * height)));
  for (const id of ["lines", "dots", "over"]) {
    part(id).width = Math.round(width * ratio); part(id).height = Math.round(height * ratio);
  }
  image = part2d("dots").createImageData(part("dots").width, part("dots").height);
  pixels = new Uint16Array(image.width * image.height);
  makeStamps(); drawTrack();
  // At once: the observer is told after the frame's callbacks, and canvases are empty now.
  pending |= WANT.place | WANT.traces;
  draw(performance.now());
}
function recolour() { colours(); makeStamps(); drawKey(); drawTrack(); chips(); ways(); want("place", "traces"); }

