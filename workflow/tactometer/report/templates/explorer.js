// The explorer: one behaviour beside its fit, and the speaker of the sliders. All text is set as text.
const NAMES = ["model", "checkpoint", "goal", "framing"];
const WEIGHTS = ["inf", "soc", "pre"];
const get = (id) => document.getElementById(`explore-${id}`);
const percent = (thousandths) => (thousandths === null ? "" : `${(thousandths / 10).toFixed(1)}%`);

// What is wider than its place says so, whenever its size changes.
const scrolls = new ResizeObserver((all) => {
  for (const { target } of all) target.toggleAttribute("data-scrolls", target.scrollWidth > target.clientWidth + 1);
});

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}
const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
const picture = (label, width, height, ...children) =>
  svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);
const words = (x, y, text, more = {}) => svg("text", { x, y, ...more }, text);
const line = (x1, y1, x2, y2, kind) => svg("line", { x1, y1, x2, y2, class: kind });

function wide(label, caption, heads, body) {
  const found = html("div", { class: "wide", tabindex: 0, role: "region", "aria-label": label },
    html("table", {}, html("caption", {}, caption),
      html("thead", {}, html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)))), body));
  scrolls.observe(found);
  return found;
}

function table(caption, heads, rows) {
  const row = ([first, ...rest]) => html("tr", {}, html("th", { scope: "row" }, first), ...rest.map((c) => html("td", {}, c)));
  const body = html("tbody", {}, ...rows.map(row));
  return html("details", { class: "numbers" }, html("summary", {}, `${caption}, as a table`), wide(caption, caption, heads, body));
}

const unit = (model, state) => `${state} ${model.unit[state === 1 ? 0 : 1]}`;
const key = (kind, text) => html("span", { class: "key" },
  svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, ...(kind === "bar" ? [svg("rect", { x: 1, y: 2, width: 24, height: 10, class: "bar" })]
    : kind === "ghost" ? [svg("rect", { x: 1, y: 2, width: 24, height: 10, class: "ghost" })]
    : [line(1, 7, 25, 7, `end ${kind}`), diamond(13, 7, kind)])), text);
const diamond = (x, y, kind) => svg("path", { d: `M${x - 4} ${y}L${x} ${y - 4}L${x + 4} ${y}L${x} ${y + 4}Z`, class: `mark ${kind}` });

// Bars for each state: `bars` and `marks` are {at, low, high} of shares [state][utterance] in thousandths.
function byState(model, bars, marks, kind) {
  const all = [bars, marks].flatMap((one) => (one ? [one.at, one.high ?? []] : [])).flat();
  const most = [250, 500, 750, 1000].find((end) => Math.max(...all) <= end) ?? 1000;
  const [left, width, row, top] = [86, 150, 24, 20];
  const x = (share) => left + (width * share) / most;
  const size = model.utterances.length, bottom = top + row * size;
  return html("div", { class: "states" }, ...model.states.map((state, s) => {
    const parts = [words(left, 13, unit(model, state), { class: "head" })];
    for (const tick of [0, most / 2, most]) {
      parts.push(line(x(tick), top, x(tick), bottom, "rule"),
        words(x(tick), bottom + 13, `${tick / 10}%`, { "text-anchor": tick ? (tick === most ? "end" : "middle") : "start" }));
    }
    model.utterances.forEach((utterance, u) => {
      const i = s * size + u, y = top + row * u;
      parts.push(words(left - 5, y + 15, utterance, { "text-anchor": "end" }));
      if (bars.at[i] !== null) {
        parts.push(svg("rect", { x: left, y: y + 4, width: x(bars.at[i]) - left, height: 11, class: "bar" }));
        if (bars.low) parts.push(line(x(bars.low[i]), y + 9.5, x(bars.high[i]), y + 9.5, "spread"));
      }
      if (marks && marks.at[i] !== null && kind === "ghost") {
        parts.push(svg("rect", { x: left, y: y + 2, width: x(marks.at[i]) - left, height: 15, class: "ghost" }));
      } else if (marks && marks.at[i] !== null) {
        parts.push(line(x(marks.low[i]), y + 19, x(marks.high[i]), y + 19, `end ${kind}`), diamond(x(marks.at[i]), y + 19, kind));
      }
    });
    return picture(`Shares of the utterances for ${unit(model, state)}; the table has the numbers.`, 244, bottom + 18, ...parts);
  }));
}

const triple = ([at, low, high]) => ({ at, low, high });

function said(model, fit) {
  const kind = fit.read ? "read" : "unread";
  const [bars, marks] = [triple(fit.said), fit.predicted && triple(fit.predicted)];
  const heads = ["state", "utterance", "said", "its 95% interval"];
  if (marks) heads.push("predicted", "its 95% interval");
  const span = (one, i) => (one.low[i] === null ? "" : `${percent(one.low[i])} to ${percent(one.high[i])}`);
  const rows = bars.at.map((at, i) => {
    const s = Math.floor(i / model.utterances.length), u = i % model.utterances.length;
    const row = [unit(model, model.states[s]), model.utterances[u], percent(at), span(bars, i)];
    return marks ? [...row, percent(marks.at[i]), span(marks, i)] : row;
  });
  const legend = html("p", { class: "small keys" }, key("bar", "said, with Wilson's 95% interval"),
    marks ? key(kind, `predicted by the fit, with the 95% interval of replicated shares${fit.read ? "" : "; hollow: must not be read"}`) : null);
  return html("figure", {}, html("h3", {}, "What was said of each state, and what its speaker would say"), legend,
    byState(model, bars, marks, kind), table("Said and predicted shares", heads, rows));
}

function farthest(model, fit) {
  if (!fit.predicted) return " There is no prediction to hold against it.";
  const away = fit.said[0].map((p, i) => (p === null ? -1 : Math.abs(p - fit.predicted[0][i])));
  if (Math.max(...away) < 0) return "";
  const i = away.indexOf(Math.max(...away)), size = model.utterances.length;
  return ` Farthest apart: “${model.utterances[i % size]}” of ${unit(model, model.states[Math.floor(i / size)])}, ` +
    `said in ${percent(fit.said[0][i])}, predicted in ${percent(fit.predicted[0][i])}.`;
}

function weights(fit) {
  const all = Object.entries(fit.parameters ?? {});
  const shown = all.filter(([name]) => /^(phi|omega)/.test(name));
  const box = html("figure", {}, html("h3", {}, "What it weighs"));
  if (!all.length) return fill(box, {}, [html("p", {}, "No parameter was fitted.")]);
  const x = (value) => 8 + 304 * value, row = 40;
  const parts = [0, 0.5, 1].flatMap((tick) => [line(x(tick), 4, x(tick), row * shown.length, "rule"),
    words(x(tick), row * shown.length + 13, String(tick), { "text-anchor": "middle" })]);
  shown.forEach(([, one], i) => {
    const [mean, low, high] = one.at, kind = one.told ? "read" : "unread", y = row * i + 28;
    parts.push(words(x(0), y - 13, `${one.label}: ${one.text}`), line(x(low), y, x(high), y, `end ${kind}`), diamond(x(mean), y, kind));
  });
  const rows = all.map(([, one]) => [one.label, one.text, one.told ? "yes" : "no"]);
  return fill(box, {}, [
    html("p", { class: "small" }, "Posterior mean [95% HDI]; hollow and broken: must not be told of."),
    shown.length ? picture("φ* and the weights with their intervals; the table has the numbers.", 340, row * shown.length + 18, ...parts) : null,
    html("p", { class: "small" }, all.filter((one) => !shown.includes(one)).map(([, one]) => `${one.label}: ${one.text}`).join("; ")),
    table("Parameters", ["parameter", "posterior mean [95% HDI]", "may be told of"], rows)]);
}

function meaning(model, theta) {
  const box = html("figure", {}, html("h3", {}, "What the words mean to it"));
  if (!theta) return fill(box, {}, [html("p", {}, "Its yes/no answers were not counted.")]);
  const size = model.states.length, first = model.values[0], span = model.values[size - 1] - first || 1;
  const x = (s) => 24 + 92 * (model.values[s] - first) / span, y = (p) => 74 - 54 * p;
  const panels = model.utterances.map((utterance, u) => {
    const at = model.states.map((_, s) => theta.map((column) => column[u * size + s]));
    const parts = [words(16, 12, utterance, { class: "head" }), line(16, y(0), 124, y(0), "rule"), line(16, y(1), 124, y(1), "rule"),
      words(12, y(1) + 4, "1", { "text-anchor": "end" }), words(12, y(0) + 4, "0", { "text-anchor": "end" }),
      svg("polyline", { points: at.map(([p], s) => `${x(s)},${y(p)}`).join(" "), class: "course" })];
    at.forEach(([p, low, high], s) => parts.push(line(x(s), y(low), x(s), y(high), "end read"), diamond(x(s), y(p), "read"),
      words(x(s), 88, String(model.states[s]), { "text-anchor": "middle" })));
    return picture(`How true “${utterance}” is of each state; the table has the numbers.`, 130, 92, ...parts);
  });
  const rows = model.utterances.map((utterance, u) => [utterance, ...model.states.map((_, s) => {
    const [p, low, high] = theta.map((column) => column[u * size + s].toFixed(2));
    return `${p} [${low}, ${high}]`;
  })]);
  return fill(box, {}, [
    html("p", { class: "small" }, `θ, how true an utterance is of each number of ${model.unit[1]}, by its yes/no answers alone: mean and 95% HDI.`),
    html("div", { class: "panels" }, ...panels), table("Meaning of the words", ["utterance", ...model.states.map((s) => unit(model, s))], rows)]);
}

function answers(data, model, found, { goal, framing }) {
  const box = html("div", {}, html("h3", {}, "Answers"));
  const all = found.answers.filter((a) => a[0] === goal && (data.together.includes(framing) || a[1] === framing));
  const shown = all.slice(0, 10).sort((a, b) => a[2] - b[2]);
  if (!shown.length) return fill(box, {}, [html("p", {}, model.people ? "Recorded counts have no answers to look at." : "No answer to look at is kept.")]);
  const rows = shown.map(([, where, state, method, choice, reply, prompt]) => html("tr", {}, html("th", { scope: "row" }, unit(model, state)),
    html("td", {}, where), html("td", {}, method), html("td", {}, choice ?? "none"),
    html("td", { class: "reply" }, html("div", {}, data.texts[reply]), html("details", {}, html("summary", {}, "prompt"), html("pre", {}, data.texts[prompt])))));
  return fill(box, {}, [html("p", { class: "small" }, `${shown.length} of its answers, evenly over the states; a reply is untrusted text.`),
    wide("Answers of this behaviour", "What was answered, how it was read, and the prompt",
      ["state", "framing", "read by", "choice", "reply"], html("tbody", {}, ...rows))]);
}
