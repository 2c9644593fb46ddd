// ---- words around the picture
function words() {
  const many = n => n.toLocaleString("en-GB"), said = [];
  part("summary").textContent = `${many(neurons)} neuron${neurons > 1 ? "s" : ""} · ` +
    `${many(frames)} frame${frames > 1 ? "s" : ""} · ${many(first)} to ${many(last)} ms`;
  if (about.framesGiven > frames) said.push(`Of ${many(about.framesGiven)} frames, ${many(frames)} are kept, evenly.`);
  for (const [[held, all], drawn, what] of [[about.edges, drawnEdges(), "connections"], [about.gaps, drawnGaps(), "gap junctions"]])
    if (drawn < all) said.push(`${many(drawn)} of ${many(all)} ${what} are drawn` +
      (held < all ? `, and ${many(held)} are known to the page.` : "; a neuron's own are drawn when it is pointed at."));
  if (!about.placed) said.push("Places are schematic: " + (groups.length > 1 ? "a disc for each group, " : "") +
    (about.edges[1] ? "neurons of most connections in the middle." : "not those in the animal."));
  said.push((about.solid ? "Drag to turn, " : "Drag to move, ") + "scroll or pinch to zoom, double-click to reset. " +
    "Space plays, ← and → step, / searches. " +
    (about.stimulus.length && Math.min(...about.stimulus.map(s => s[0])) > first ?
      "Change is counted from the mean before the first stimulus." : "Change is counted from the first frame."));
  part("caption").textContent = said.join(" ");
  if (about.recordings.length > 1) {
    part("trial").replaceChildren(...about.recordings.map(({ name }, k) => new Option(name, k)));
    part("trials").hidden = false;
  }
  if (groups.length > 1) {
    const options = [["-1", "all groups"], ...groups.map((group, k) => [String(k), group])];
    part("only").replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    part("show").hidden = false;
  }
}
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of (asked.get("pin") || "").split(",").filter(Boolean)) {
    const i = names.indexOf(name);
    if (i >= 0 && !pins.includes(i)) pins = [...pins, i].slice(-MOST_PINS);
  }
  const trial = about.recordings.findIndex(({ name }) => name === asked.get("trial"));
  if (trial > 0) { part("trial").value = trial; choose(trial); }
  if (asked.get("colour") === "change") setChange(true);
  if (asked.has("t")) seek(+asked.get("t") || first);
  else if (!still.matches && frames > 1) play();
}
async function open() {
  if (typeof DecompressionStream === "undefined") throw new Error("This page needs a browser from 2023 or later.");
  await use(0);
  spots = new Float32Array(await unpack("positions"));
  for (let at = 0; at < spots.length; at += 3) {
    halfX = Math.max(halfX, Math.abs(spots[at])); halfY = Math.max(halfY, Math.abs(spots[at + 1]));
  }
  pairs = new Uint32Array(await unpack("edges")); gapPairs = new Uint32Array(await unpack("gaps"));
  outgoing = byEnd(pairs, 0); incoming = byEnd(pairs, 1); touching = byEnd(gapPairs, 0, true);
  screenX = new Float32Array(neurons); screenY = new Float32Array(neurons);
  part("stage").style.setProperty("--tall", Math.max(.4, Math.min(1.2, halfY / halfX)).toFixed(3));
  colours(); words(); pace(); sign(); resize(); project(); drawKey();
  fromAddress(); repin();
  part("message").hidden = true;
  new ResizeObserver(resize).observe(part("stage"));
  dark.addEventListener("change", recolour);
}
open().catch(error => { part("message").textContent = error.message; });
