// ---- what people do
const rates = [];
for (let ten = 10 ** Math.floor(Math.log10(span / 200)); ten < span * 2; ten *= 10) rates.push(ten, 2 * ten, 5 * ten);
part("pace").max = rates.length - 1;
part("pace").value = Math.max(0, rates.findIndex(rate => rate >= span / 12));
function pace() { part("rate").textContent = `${+rates[+part("pace").value].toPrecision(1)} ms/s`; }
part("pace").oninput = pace;
const SIGN = { play: "M4 2v12l10-6z", pause: "M4 2h3v12H4zM9 2h3v12H9z" };
function sign() {
  part("play").innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${SIGN[playing ? "pause" : "play"]}"/></svg>`;
  part("play").setAttribute("aria-label", playing ? "Pause" : "Play");
}
function play() { if (now >= last) now = first; playing = true; before = 0; sign(); want("dots"); }
function pause() { playing = false; sign(); }
function seek(time) { now = Math.max(first, Math.min(last, time)); want("dots"); }
function stepBy(count) {
  pause();
  const f = frameAt(now + 1e-9 * span), between = times[f] < now - 1e-9 * span;
  seek(times[Math.max(0, Math.min(frames - 1, f + count + (count < 0 && between ? 1 : 0)))]);
}
part("play").onclick = () => playing ? pause() : play();
part("moment").oninput = event => seek(first + span * +event.target.value);
function setChange(on) {
  change = on;
  part("asvalue").setAttribute("aria-pressed", String(!on));
  part("aschange").setAttribute("aria-pressed", String(on));
  recolour();
}
part("asvalue").onclick = () => setChange(false);
part("aschange").onclick = () => setChange(true);
async function choose(k) { await use(k); recolour(); }
part("trial").onchange = event => choose(+event.target.value);
part("only").onchange = event => { only = +event.target.value; want("dots"); };
addEventListener("keydown", event => {
  const box = event.target.id;
  if (event.ctrlKey || event.metaKey || event.altKey || box === "search" || box === "only" || box === "trial") return;
  if (box === "pace" && event.key.startsWith("Arrow")) return;
  const far = event.shiftKey ? 10 : 1;
  const act = { " ": () => event.target.tagName === "BUTTON" && box !== "play" ? null : playing ? pause() : play(),
    ArrowRight: () => stepBy(far), ArrowLeft: () => stepBy(-far), Home: () => seek(first),
    End: () => seek(last), Escape: () => { pins = []; repin(); }, "/": () => part("search").focus() }[event.key];
  if (!act || event.key === " " && event.target.tagName === "BUTTON" && box !== "play") return;
  event.preventDefault(); act();
});
addEventListener("keyup", event => { if (event.key === " " && event.target.id === "play") event.preventDefault(); });

function nearest(x, y, within) {
  let best = -1, least = within * within;
  for (let i = 0; i < neurons; i++) {
    const dx = screenX[i] - x, dy = screenY[i] - y, far = dx * dx + dy * dy;
    if (far < least && (only < 0 || members[i] === only)) { least = far; best = i; }
  }
  return best;
}
function tipText() {
  const tip = part("tip"), lines = [names[hovered], groups[members[hovered]], withUnit(hovered)];
  tip.replaceChildren(...lines.filter(Boolean).map((text, k) => {
    const line = document.createElement(k ? "div" : "strong");
    line.textContent = text;
    return line;
  }));
  tip.hidden = false;
  const left = screenX[hovered] + 14 + tip.offsetWidth > width ? screenX[hovered] - 14 - tip.offsetWidth : screenX[hovered] + 14;
  tip.style.left = `${Math.max(2, left)}px`;
  tip.style.top = `${Math.max(2, Math.min(height - tip.offsetHeight, screenY[hovered] + 12))}px`;
}
function hover(i) {
  if (i === hovered) return;
  hovered = i; part("tip").hidden = i < 0; ways();
  want("lines", "over");
}
function toggle(i) {
  if (pins.includes(i)) pins = pins.filter(other => other !== i);
  else pins = [...pins, i].slice(-MOST_PINS);
  part("said").textContent = `${names[i]} ${pins.includes(i) ? "pinned" : "released"}`;
  repin();
}
function repin() { chips(); ways(); want("lines", "over", "traces"); }
function chips() {
  part("picked").replaceChildren(...pins.map((i, k) => {
    const chip = document.createElement("button"), dot = document.createElement("i");
    const name = document.createElement("span"), value = document.createElement("output");
    dot.style.background = pinColour(k); name.textContent = names[i];
    value.className = "quiet"; value.textContent = withUnit(i);
    chip.append(dot, name, value, "×"); chip.setAttribute("aria-label", `Release ${names[i]}`);
    chip.onclick = () => toggle(i);
    return chip;
  }));
  if (!pins.length) part("picked").innerHTML = '<span class="quiet">Click a neuron, or search for one, to see its trace.</span>';
}
function ways() {
  const box = part("ways"), kinds = [["in", "onto it"], ["out", "from it"], ["gap", "gap junctions"]];
  box.hidden = hovered < 0 && !pins.length || !pairs.length && !gapPairs.length;
  box.replaceChildren(...kinds.filter(([kind]) => kind === "gap" ? gapPairs.length : pairs.length).flatMap(([kind, text]) => {
    const swatch = document.createElement("i");
    swatch.style.background = ink(kind);
    return [swatch, text];
  }));
}
const over = part("over"), fingers = new Map();
let moved = 0, spread = 0;
over.onpointerdown = event => {
  over.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, [event.offsetX, event.offsetY]); moved = 0; spread = 0;
};
over.onpointermove = event => {
  const held = fingers.get(event.pointerId);
  if (!held) { if (event.pointerType !== "touch") hover(nearest(event.offsetX, event.offsetY, Math.max(12, core + 6))); return; }
  const dx = event.offsetX - held[0], dy = event.offsetY - held[1];
  fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
  moved += Math.abs(dx) + Math.abs(dy);
  if (moved < 4) return;
  hover(-1);
  if (fingers.size === 2) {
    const [a, b] = [...fingers.values()], far = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (spread) magnify(far / spread, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    spread = far;
  } else if (about.solid && !event.shiftKey) {
    yaw += dx / 160; pitch = Math.max(-1.57, Math.min(1.57, pitch + dy / 160));
  } else { shift[0] += dx; shift[1] += dy; }
  want("place");
};
over.onpointerup = over.onpointercancel = event => {
  fingers.delete(event.pointerId);
  if (moved >= 4 || event.type === "pointercancel") return;
  const i = nearest(event.offsetX, event.offsetY, event.pointerType === "touch" ? 26 : Math.max(12, core + 6));
  if (i >= 0) toggle(i);
};
over.onpointerleave = () => hover(-1);
function magnify(by, x, y) {
  const next = Math.max(.5, Math.min(40, zoom * by)), real = next / zoom;
  shift = [x - width / 2 - (x - width / 2 - shift[0]) * real, y - height / 2 + 8 - (y - height / 2 + 8 - shift[1]) * real];
  zoom = next; makeStamps(); want("place");
}
over.addEventListener("wheel", event => {
  event.preventDefault(); hover(-1); magnify(Math.exp(-event.deltaY / 500), event.offsetX, event.offsetY);
}, { passive: false });
over.ondblclick = () => { yaw = pitch = 0; zoom = 1; shift = [0, 0]; makeStamps(); want("place"); };
const plot = part("plot");
const seekAt = event => { if (event.buttons) seek(first + span * (event.offsetX - plotLeft) / plotWide); };
plot.onpointerdown = event => { plot.setPointerCapture(event.pointerId); seekAt(event); };
plot.onpointermove = seekAt;

let hits = [], chosen = 0;
function findNames() {
  const wanted = part("search").value.trim().toLowerCase(), starts = [], holds = [];
  if (wanted) for (let i = 0; i < neurons && starts.length < 8; i++) {
    const place = names[i].toLowerCase().indexOf(wanted);
    if (place === 0) starts.push(i); else if (place > 0 && holds.length < 8) holds.push(i);
  }
  hits = [...starts, ...holds].slice(0, 8); chosen = 0; listHits();
}
function listHits() {
  part("found").hidden = !hits.length;
  part("search").setAttribute("aria-expanded", String(hits.length > 0));
  part("found").replaceChildren(...hits.map((i, k) => {
    const item = document.createElement("li");
    item.id = `hit${k}`; item.role = "option"; item.textContent = names[i];
    item.setAttribute("aria-selected", String(k === chosen));
    item.onpointerdown = event => { event.preventDefault(); take(i); };
    return item;
  }));
  if (hits.length) part("search").setAttribute("aria-activedescendant", `hit${chosen}`);
  else part("search").removeAttribute("aria-activedescendant");
}
function take(i) { if (!pins.includes(i)) toggle(i); part("search").value = ""; hits = []; listHits(); }
part("search").oninput = findNames;
part("search").onblur = () => { hits = []; listHits(); };
part("search").onkeydown = event => {
  if (event.key === "Escape") { part("search").value = ""; hits = []; listHits(); part("search").blur(); }
  if (!hits.length || !["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "Enter") take(hits[chosen]);
  else { chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length; listHits(); }
};

