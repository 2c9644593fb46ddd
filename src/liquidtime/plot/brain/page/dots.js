// ---- colours: interpolated in OKLab, so that equal steps look equal
const SCALES = {
  light: ["#ccd8e2", "#b9c3d3", "#dcae7c", "#e07a3f", "#b8304f", "#5a1458"],
  dark: ["#2a3b54", "#473f7c", "#8a3f86", "#d9586b", "#f9a45c", "#fff3c4"],
  lightChange: ["#08457e", "#3b8cc4", "#a9c8de", "#d3d9df", "#efbf9c", "#dd6f2c", "#8f2c00"],
  darkChange: ["#c8ecff", "#4fb0f0", "#28639b", "#303d50", "#9a4d22", "#f08a3c", "#ffe6bd"],
};
const toLinear = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const toByte = c => Math.round(255 * Math.min(1, Math.max(0,
  c <= .0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - .055)));
function lab(hex) {
  const [r, g, b] = [1, 3, 5].map(k => toLinear(parseInt(hex.slice(k, k + 2), 16)));
  const l = Math.cbrt(.4122214708 * r + .5363325363 * g + .0514459929 * b);
  const m = Math.cbrt(.2119034982 * r + .6806995451 * g + .1073969566 * b);
  const s = Math.cbrt(.0883024619 * r + .2817188376 * g + .6299787005 * b);
  return [.2104542553 * l + .793617785 * m - .0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + .4505937099 * s,
    .0259040371 * l + .7827717662 * m - .808675766 * s];
}
function rgb([L, a, b]) {
  const l = (L + .3963377774 * a + .2158037573 * b) ** 3;
  const m = (L - .1055613458 * a - .0638541728 * b) ** 3;
  const s = (L - .0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + .2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - .3413193965 * s,
    -.0041960863 * l - .7034186147 * m + 1.707614701 * s].map(toByte);
}
function colours() {
  const anchors = SCALES[(dark.matches ? "dark" : "light") + (change || signed ? "Change" : "")].map(lab);
  palette = [dark.matches ? [70, 78, 90] : [186, 192, 199]];
  for (let level = 1; level < 256; level++) {
    const place = (level - 1) / 254 * (anchors.length - 1);
    const k = Math.min(anchors.length - 2, Math.floor(place));
    palette.push(rgb(anchors[k].map((x, j) => x + (anchors[k + 1][j] - x) * (place - k))));
  }
  table = new Uint32Array(65536);
  for (let p = 256; p < 65536; p++) {
    const [r, g, b] = palette[p & 255];
    table[p] = ((p >> 8) << 24 | b << 16 | g << 8 | r) >>> 0;
  }
}
const ink = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const PINS = { light: ["#0072b2", "#d55e00", "#009e73", "#b65f95", "#2f93c9", "#b97f00", "#5b4fb0",
  "#7a5a3a"], dark: ["#6cb9ee", "#ff9d5c", "#3ccb9f", "#e69fc6", "#a8d8f5", "#f2c14e", "#a79df5",
  "#d1b08c"] };
const pinColour = k => PINS[dark.matches ? "dark" : "light"][k % MOST_PINS];

// ---- dots: each writes opacity * 256 + level of its disc and glow; the greatest stays, so that
// a table of 65,536 colours turns the whole picture into pixels.
function makeStamps() {
  const area = .6 * 4 * halfX * halfY * (fitted() / zoom) ** 2;
  core = Math.max(.72, Math.min(7.5, .34 * Math.sqrt(area / neurons))) * Math.min(2.2, zoom ** .6);
  const disc = core * ratio;
  const halo = Math.max(disc + .5, Math.min(3.6 * disc, Math.sqrt(5e6 / neurons / Math.PI)));
  const bodies = [], glows = [], where = [];
  reach = Math.ceil(halo);
  for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
    const far = Math.hypot(x, y), body = Math.max(0, Math.min(1, disc + .5 - far));
    const glow = far < halo ? (1 - far / halo) ** 2 : 0;
    if (body > 0 || glow > .01) { bodies.push(body); glows.push(glow); where.push([x, y]); }
  }
  const across = Math.round(width * ratio), many = neurons > 5000;
  offsets = Int32Array.from(where, ([x, y]) => y * across + x);
  stamps = new Uint16Array(256 * where.length);
  for (let level = 0; level < 256; level++) {
    const active = level === 0 ? 0 : change || signed ? Math.abs(level - 128) / 127 : (level - 1) / 254;
    const solid = level === 0 ? .3 : (many ? .62 : .8) + (many ? .38 : .2) * active;
    for (let k = 0; k < where.length; k++) {
      const opacity = Math.max(bodies[k] * solid, glows[k] * (many ? .8 : .62) * active ** 1.4);
      stamps[level * where.length + k] = Math.round(255 * opacity) << 8 | level;
    }
  }
}
/** Pixels a unit of the positions, at this zoom. */
function fitted() {
  const roomX = width / 2 - 30, roomY = height / 2 - (height > 380 ? 62 : 52);
  return zoom * Math.min(roomX / halfX, roomY / halfY);
}
function project() {
  const scale = fitted();
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  view = (x, y, z) => {
    const x1 = cy * x + sy * z, z1 = cy * z - sy * x;
    const near = about.solid ? 4 / (4 - (sp * y + cp * z1)) : 1;
    return [width / 2 + shift[0] + scale * near * x1,
      height / 2 - 8 + shift[1] - scale * near * (cp * y - sp * z1)];
  };
  for (let i = 0; i < neurons; i++) {
    const [x, y] = view(spots[3 * i], spots[3 * i + 1], spots[3 * i + 2]);
    screenX[i] = x; screenY[i] = y;
  }
}
function drawDots() {
  const across = image.width, down = image.height, count = offsets.length;
  pixels.fill(0);
  const f = frameAt(now), g = Math.min(f + 1, frames - 1);
  const part = g > f ? Math.max(0, Math.min(1, (now - times[f]) / (times[g] - times[f]))) : 0;
  const here = f * neurons, there = g * neurons, [from, to] = limits();
  const gain = 254 / (to - from), lift = change ? 128 : 1 - 254 * from / (to - from);
  for (let i = 0; i < neurons; i++) {
    const x = Math.round(screenX[i] * ratio), y = Math.round(screenY[i] * ratio);
    if (x < reach || y < reach || x >= across - reach || y >= down - reach) continue;
    const a = codes[here + i], b = codes[there + i];
    let level = 0;
    if (a !== unknown && (only < 0 || members[i] === only)) {
      const code = b === unknown ? a : a + (b - a) * part;
      level = Math.round((change ? (code - base[i]) * step[i] : low[i] + code * step[i]) * gain + lift);
      level = level < 1 ? 1 : level > 255 ? 255 : level === level ? level : 0;
    }
    const at = y * across + x;
    for (let k = 0, s = level * count; k < count; k++, s++) {
      const q = at + offsets[k];
      if (stamps[s] > pixels[q]) pixels[q] = stamps[s];
    }
  }
  const coloured = new Uint32Array(image.data.buffer);
  for (let q = 0; q < pixels.length; q++) coloured[q] = table[pixels[q]];
  part2d("dots").putImageData(image, 0, 0);
}
const part2d = id => part(id).getContext("2d");

