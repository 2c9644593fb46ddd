// ---- the colour key, the scrub bar, the traces
function ticksOf(from, to, most) {
  const raw = (to - from) / Math.max(1, most), ten = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 2, 5, 10].find(m => m * ten >= raw) * ten, ticks = [];
  for (let k = Math.ceil(from / size - 1e-9); k * size <= to + 1e-9 * size; k++) ticks.push(k * size);
  return [ticks, Math.max(0, -Math.floor(Math.log10(size) + 1e-9))];
}
function drawKey() {
  const bar = part("bar"), [from, to] = limits(), digits = digitsFor(to - from) - 1;
  bar.width = 255; bar.height = 1;
  const row = new ImageData(255, 1);
  for (let k = 0; k < 255; k++) row.data.set([...palette[k + 1], 255], 4 * k);
  bar.getContext("2d").putImageData(row, 0, 0);
  part("quantity").textContent = lead() + about.label;
  part("ends").replaceChildren(...[from, (from + to) / 2, to].map((value, k) => {
    const text = document.createElement("span");
    const sign = k === 1 ? "" : k === 0 ? "≤ " : "≥ ";
    text.textContent = sign + ((change || signed) && k === 1 ? "0" : written(value, Math.max(0, digits)));
    return text;
  }));
}
function fit(canvas) {
  const box = canvas.getBoundingClientRect(), scale = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(box.width * scale));
  canvas.height = Math.max(1, Math.round(box.height * scale));
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  return [pen, box.width, box.height];
}
function marks(pen, place, top, bottom) {
  for (const [from, to] of about.stimulus) {
    pen.fillStyle = ink("shade"); pen.fillRect(place(from), top, Math.max(1.5, place(to) - place(from)), bottom - top);
  }
  for (const [time] of about.events) {
    pen.strokeStyle = ink("faint"); pen.lineWidth = 1; pen.setLineDash([2, 3]);
    pen.beginPath(); pen.moveTo(place(time), top); pen.lineTo(place(time), bottom); pen.stroke();
    pen.setLineDash([]);
  }
}
/** Names of stimuli and events, over the lines, with a rim that keeps them apart. */
function markNames(pen, place, top) {
  pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "left"; pen.lineWidth = 3; pen.lineJoin = "round"; pen.strokeStyle = ink("page");
  let free = -1e9;
  const named = [...about.stimulus.map(([from, , label]) => [from, label, "ink"]), ...about.events.map(([time, label]) => [time, label, "faint"])];
  for (const [time, label, colour] of named) {
    const x = place(time) + 4;
    if (!label || colour === "ink" && x < free) continue;
    pen.strokeText(label, x, top + 11);
    pen.fillStyle = ink(colour); pen.fillText(label, x, top + 11);
    if (colour === "ink") free = x + 6 + pen.measureText(label).width;
  }
}
function drawTrack() {
  const [pen, wide, tall] = fit(part("track")), place = t => 7 + (wide - 14) * (t - first) / span;
  marks(pen, place, 8, tall - 8);
  pen.fillStyle = ink("line"); pen.fillRect(7, tall / 2 - 1.5, wide - 14, 3);
}
let plotLeft = 0, plotWide = 1;
function seriesShown() {
  if (pins.length) return pins.map((i, k) => {
    const y = new Float32Array(frames);
    for (let f = 0; f < frames; f++) {
      const code = codes[f * neurons + i];
      y[f] = code === unknown ? NaN : shown(i, code);
    }
    return { label: names[i], colour: pinColour(k), y };
  });
  return groupMeans().slice(0, MOST_PINS).map((y, k) =>
    ({ label: groups.length > 1 ? `mean of ${groups[k]}` : "mean of all", colour: pinColour(k), y }));
}
const means = {};
function groupMeans() {
  const key = `${change} ${trial}`;
  if (means[key]) return means[key];
  const sums = groups.map(() => new Float32Array(frames)), of = Uint16Array.from(members);
  const total = new Float64Array(groups.length), count = new Uint32Array(groups.length);
  for (let f = 0; f < frames; f++) {
    total.fill(0); count.fill(0);
    for (let i = 0, at = f * neurons; i < neurons; i++, at++) if (codes[at] !== unknown) {
      total[of[i]] += shown(i, codes[at]); count[of[i]]++;
    }
    sums.forEach((y, k) => y[f] = count[k] ? total[k] / count[k] : NaN);
  }
  return means[key] = sums;
}
function drawTraces() {
  const [pen, wide, tall] = fit(part("plot")), series = seriesShown();
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const longest = Math.max(...series.map(s => pen.measureText(s.label).width));
  const right = Math.min(longest + 16, wide * .3), top = 22, bottom = tall - 26;
  plotLeft = 52; plotWide = Math.max(10, wide - plotLeft - right);
  let from = Infinity, to = -Infinity;
  for (const { y } of series) for (const v of y) if (v === v) { from = Math.min(from, v); to = Math.max(to, v); }
  if (from > to) [from, to] = [0, 1];
  const least = .002 * (limits()[1] - limits()[0]);
  if (to - from < least) { from -= least; to += least; }
  const pad = .06 * (to - from); from -= pad; to += pad;
  const placeX = t => plotLeft + plotWide * (t - first) / span;
  const placeY = v => bottom - (bottom - top) * (v - from) / (to - from);
  marks(pen, placeX, top, bottom);
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillStyle = ink("faint"); pen.strokeStyle = ink("line"); pen.lineWidth = 1;
  const [levels, digits] = ticksOf(from, to, 4), [moments, decimals] = ticksOf(first, last, Math.min(10, wide / 90));
  pen.textAlign = "right";
  for (const v of levels) {
    pen.beginPath(); pen.moveTo(plotLeft, placeY(v)); pen.lineTo(plotLeft + plotWide, placeY(v)); pen.stroke();
    pen.fillText(v.toFixed(digits).replace("-", "−"), plotLeft - 8, placeY(v) + 4);
  }
  pen.textAlign = "center";
  moments.forEach((t, k) => pen.fillText(t.toFixed(decimals) + (k === moments.length - 1 ? " ms" : ""), placeX(t), tall - 8));
  pen.textAlign = "left"; pen.fillText(lead() + about.label, 0, 11);
  pen.lineWidth = 1.5; pen.lineJoin = "round";
  const columns = Math.max(1, Math.ceil(frames / (2 * plotWide)));
  const ends = [];
  for (const { y, colour, label } of series) {
    pen.strokeStyle = colour; pen.beginPath();
    let down = false;
    for (let f = 0; f < frames; f += columns) {
      // Of frames that share a column of pixels, the lowest and the highest are drawn.
      let least = f, most = f;
      for (let g = f; g < Math.min(frames, f + columns); g++) {
        if (y[g] < y[least]) least = g;
        if (y[g] > y[most]) most = g;
      }
      for (const g of least === most ? [f] : [Math.min(least, most), Math.max(least, most)]) {
        if (y[g] !== y[g]) { down = false; continue; }
        if (down) pen.lineTo(placeX(times[g]), placeY(y[g])); else pen.moveTo(placeX(times[g]), placeY(y[g]));
        down = true;
      }
    }
    pen.stroke();
    const known = y.findLast ? y.findLast(v => v === v) : y[frames - 1];
    ends.push({ at: known === known && known !== undefined ? placeY(known) : bottom, colour, label });
  }
  markNames(pen, placeX, top);
  ends.sort((a, b) => a.at - b.at);
  ends.forEach((end, k) => { if (k) end.at = Math.max(end.at, ends[k - 1].at + 15); });
  const over = ends.length ? ends[ends.length - 1].at - (bottom + 4) : 0;
  let limit = over > 0 ? bottom + 4 : Infinity;
  for (let k = ends.length - 1; k >= 0 && limit < Infinity; k--) { ends[k].at = Math.min(ends[k].at, limit); limit = ends[k].at - 15; }
  for (const { at, colour, label } of ends) {
    pen.fillStyle = colour;
    let text = label;
    while (pen.measureText(text).width > right - 12 && text.length > 3) text = text.slice(0, -2) + "…";
    pen.fillText(text, plotLeft + plotWide + 8, at + 4);
  }
}

