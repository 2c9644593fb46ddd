"use strict";
const part = id => document.getElementById(id);
const about = JSON.parse(part("about").textContent);
const { neurons, frames, times, names, members, groups } = about;
const first = times[0], last = times[frames - 1], span = last > first ? last - first : 1;
const unit = (about.label.match(/\(([^()]*)\)\s*$/) || ["", ""])[1];
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const MOST_LINES = 3000, MOST_OWN_LINES = 1500, MOST_PINS = 8, MOST_PIXELS = 2.4e6;

let codes, low, step, unknown, trial = 0, signed = false, spots, pairs, gapPairs, outgoing, incoming, touching, base, changeLimit;
let now = first, playing = false, before = 0, change = false, only = -1, hovered = -1, pins = [];
let yaw = 0, pitch = 0, zoom = 1, shift = [0, 0], width = 0, height = 0, ratio = 1;
let pixels, image, table, stamps, reach, offsets, palette, screenX, screenY, core = 2, pending = 0;
let halfX = .15, halfY = .15, view;

// ---- unpacking
async function unpack(id) {
  const binary = atob(part(id).textContent.trim()), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  part(id).remove();
  const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(whole).arrayBuffer();
}
const recordings = [];
/** Values of one of the recordings that the page holds; unpacked when first asked for. */
async function recording(k) {
  if (recordings[k]) return recordings[k];
  const end = k ? `-${k}` : "", { bits, limits } = about.recordings[k], raw = await unpack("values" + end);
  const codes = bits === 16 ? new Uint16Array(raw) : new Uint8Array(raw);
  for (let at = neurons; at < codes.length; at++) codes[at] += codes[at - neurons];
  const low = new Float32Array(await unpack("lows" + end)), step = new Float32Array(await unpack("steps" + end));
  return recordings[k] = { codes, low, step, limits, unknown: bits === 16 ? 65535 : 255 };
}
async function use(k) {
  const found = await recording(k);
  ({ codes, low, step, unknown } = found); about.limits = found.limits;
  trial = k; signed = about.recordings[k].signed;
  findRest();
}
/** Edges sorted by one end: those of neuron i are list[start[i]] to list[start[i + 1] - 1]. */
function byEnd(edges, end, both = false) {
  const start = new Uint32Array(neurons + 1), count = edges.length / 2;
  for (let e = 0; e < count; e++) {
    start[edges[2 * e + end] + 1]++;
    if (both) start[edges[2 * e + 1 - end] + 1]++;
  }
  for (let i = 0; i < neurons; i++) start[i + 1] += start[i];
  const next = start.slice(), list = new Uint32Array(both ? 2 * count : count);
  for (let e = 0; e < count; e++) {
    list[next[edges[2 * e + end]]++] = edges[2 * e + 1 - end];
    if (both) list[next[edges[2 * e + 1 - end]]++] = edges[2 * e + end];
  }
  return { start, list };
}
/** Rest: the mean before the first stimulus, else the first frame. */
function findRest() {
  const onset = Math.min(...about.stimulus.map(s => s[0])), counts = new Uint32Array(neurons);
  base = new Float32Array(neurons);
  for (let f = 0; f < frames && (f === 0 || times[f] < onset); f++) {
    if (!about.stimulus.length && f > 0) break;
    for (let i = 0, at = f * neurons; i < neurons; i++, at++)
      if (codes[at] !== unknown) { base[i] += codes[at]; counts[i]++; }
  }
  for (let i = 0; i < neurons; i++) base[i] = counts[i] ? base[i] / counts[i] : NaN;
  const some = [], stride = Math.max(1, Math.floor(neurons * frames / 200003));
  for (let at = 0; at < neurons * frames; at += stride)
    if (codes[at] !== unknown) some.push(Math.abs(codes[at] - base[at % neurons]) * step[at % neurons]);
  const sorted = Float32Array.from(some.filter(x => x === x)).sort();
  changeLimit = sorted[Math.floor(.99 * (sorted.length - 1))] || sorted[sorted.length - 1] || 1;
}

// ---- values
function frameAt(time) {
  let below = 0, above = frames - 1;
  while (below < above) {
    const middle = (below + above + 1) >> 1;
    if (times[middle] <= time) below = middle; else above = middle - 1;
  }
  return below;
}
function valueOf(i, time = now) {
  const f = frameAt(time), g = Math.min(f + 1, frames - 1);
  const a = codes[f * neurons + i], b = codes[g * neurons + i];
  if (a === unknown) return NaN;
  const part = g > f && b !== unknown ? (time - times[f]) / (times[g] - times[f]) : 0;
  return shown(i, a + (b - a) * part);
}
const shown = (i, code) => change ? (code - base[i]) * step[i] : low[i] + code * step[i];
function written(value, digits) {
  if (value !== value) return "unknown";
  const sign = value < 0 ? "−" : change || signed ? "+" : "";
  return sign + Math.abs(value).toFixed(digits);
}
function digitsFor(range) { return Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(range)))); }
const lead = () => (change ? "change of " : "") + (signed ? "difference of " : "");
const limits = () => change ? [-changeLimit, changeLimit] : about.limits;
const withUnit = i => {
  const [a, b] = limits(), value = valueOf(i);
  return written(value, digitsFor(b - a)) + (unit && value === value ? " " + unit : "");
};
const timeDigits = Math.max(0, Math.min(4, -Math.floor(Math.log10(span / frames))));
const timeText = time => time.toFixed(timeDigits).replace("-", "−") + " ms";

