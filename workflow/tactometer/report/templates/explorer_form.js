// The two forms of the explorer: which behaviour (kept in the link), and the speaker of the sliders.
function explore(data) {
  const choice = get("choice").elements, sliders = get("speaker").elements;
  const models = new Map(data.models.map((model) => [model.name, model]));
  let at = {}, timer = 0;

  const options = (select, names, wanted, label = (name) => name) => {
    select.replaceChildren(...names.map((name) => html("option", { value: name }, label(name))));
    select.value = names.includes(wanted) ? wanted : names[0];
    select.disabled = names.length < 2;
    return select.value;
  };
  const together = { pooled: "all together (pooled)", averaged: "all together (averaged)", mixture: "all together (mixture)" };

  // What is wanted, as near as it is there: names that this page lacks give way to the first.
  const place = (wanted) => {
    const model = models.get(options(choice.model, [...models.keys()], wanted.model));
    const checkpoints = Object.keys(model.checkpoints);
    const checkpoint = options(choice.checkpoint, checkpoints, wanted.checkpoint);
    const goals = model.checkpoints[checkpoint].goals;
    const goal = options(choice.goal, Object.keys(goals), wanted.goal);
    const framing = options(choice.framing, Object.keys(goals[goal]), wanted.framing, (name) => together[name] ?? name);
    at = { model: model.name, checkpoint, goal, framing };
    return NAMES.filter((name) => wanted[name] !== undefined && wanted[name] !== at[name]);
  };
  const here = () => {
    const model = models.get(at.model), found = model.checkpoints[at.checkpoint];
    return { model, found, fit: found.goals[at.goal][at.framing] };
  };

  const show = (missing = []) => {
    const { model, found, fit } = here();
    document.getElementById("explore").style.setProperty("--model", model.colour);
    const sum = fit.valid.reduce((a, b) => a + b, 0).toLocaleString("en");
    const kind = fit.speaker ? ` Speaker ${fit.speaker}, semantics ${fit.semantics}.` : "";
    get("told").classList.toggle("unread", !fit.read);
    get("told").replaceChildren(missing.length ? `This page does not have the ${missing.join(" and ")} of the link; the nearest is shown. ` : "",
      html("strong", {}, fit.words), `${farthest(model, fit)} From ${sum} valid answers (${fit.invalid.toLocaleString("en")} invalid), ` +
      `which count for ${fit.effective ? fit.effective.toLocaleString("en") : "less than one"} where answers hang together.${kind}`);
    get("said").replaceChildren(said(model, fit));
    get("weights").replaceChildren(weights(fit));
    get("theta").replaceChildren(meaning(model, found.theta));
    get("answers").replaceChildren(answers(data, model, found, at));
    get("link").href = `#${new URLSearchParams(at)}`;
    ghost();
  };

  const asked = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    return wanted.has("model") ? Object.fromEntries(NAMES.filter((n) => wanted.has(n)).map((n) => [n, wanted.get(n)])) : null;
  };
  const follow = () => {
    const wanted = asked();
    if (!wanted) return;
    show(place(wanted));
    posterior();
    document.getElementById("explore").scrollIntoView();
  };

  // The sliders: weights stay on the simplex, the others share what one of them leaves.
  const number = (name) => Number(sliders[name].value);
  const balance = (moved) => {
    const others = WEIGHTS.filter((name) => name !== moved);
    const rest = 1 - number(moved), sum = others.reduce((total, name) => total + number(name), 0);
    for (const name of others) sliders[name].value = sum > 0 ? (rest * number(name)) / sum : rest / 2;
  };
  const source = () => {
    const [model, checkpoint] = JSON.parse(sliders.words.value);
    return { model: models.get(model), found: models.get(model).checkpoints[checkpoint] };
  };
  const compute = () => {
    const { model, found } = source(), size = model.states.length, cost = number("cost"), plain = sliders.variant.value === "s1";
    const theta = model.utterances.map((_, u) => found.theta[0].slice(u * size, (u + 1) * size));
    const weight = WEIGHTS.map(number), total = weight.reduce((a, b) => a + b, 0);
    const omega = plain ? null : weight.map((w) => w / total);
    return { model, shares: speakerShares({ alpha: number("alpha"), phi: number("phi"), omega, cost: cost < 1 ? null : cost,
      lapse: number("lapse"), theta, values: model.values, negated: model.negated }) };
  };
  const ghost = () => {
    clearTimeout(timer);
    timer = setTimeout(draw, 30);
  };
  const draw = () => {
    if (!named.length) return;
    for (const slider of get("speaker").querySelectorAll("input")) {
      slider.disabled = sliders.variant.value === "s1" && WEIGHTS.includes(slider.name);
      const none = slider.name === "cost" && number("cost") < 1;
      slider.parentElement.querySelector("output").textContent = none ? "none" : number(slider.name).toFixed(2);
    }
    const { model, shares } = compute(), now = here(), mine = now.model === model;
    const flat = shares.flat().map((p) => 1000 * p), beside = mine ? now.fit.said[0] : null;
    const rows = flat.map((p, i) => [unit(model, model.states[Math.floor(i / model.utterances.length)]),
      model.utterances[i % model.utterances.length], percent(p)]);
    const far = mine && flat.reduce((sum, p, i) => sum + Math.abs(p - (beside[i] ?? p)), 0) / 2000 / model.states.length;
    get("point").textContent = mine
      ? `Frames show what ${at.model} (${at.checkpoint}) said under the goal ${at.goal}, framing ${at.framing}: total variation ${far.toFixed(2)}, the mean over states.`
      : `Its words are those of ${model.name}.`;
    get("computed").replaceChildren(html("p", { class: "small keys" }, key("bar", "this speaker would say"), mine ? key("ghost", "was said (the behaviour chosen above)") : null),
      byState(model, { at: flat }, beside && { at: beside }, "ghost"), table("Shares of this speaker", ["state", "utterance", "share"], rows));
  };
  const posterior = () => {
    const { found, fit } = here(), mean = (name, other) => fit.parameters?.[name]?.at[0] ?? other;
    sliders.variant.value = fit.speaker?.startsWith("s1") ? "s1" : "s2";
    if (found.theta) sliders.words.value = JSON.stringify([at.model, at.checkpoint]);
    sliders.alpha.value = mean("alpha", 4);
    sliders.phi.value = mean("phi", 0.5);
    const known = WEIGHTS.some((name) => mean(`omega_${name}`, null) !== null);
    for (const name of WEIGHTS) sliders[name].value = mean(`omega_${name}`, known ? 0 : 1 / 3);
    sliders.cost.value = mean("cost", 0);
    sliders.lapse.value = mean("lapse", 0);
    draw();
    if (fit.parameters) get("point").textContent += " The sliders stand on the posterior mean of its fit, the words on the yes/no answers alone;" +
      " a prediction above is the mean over the whole posterior, so the two need not agree." + (fit.read ? "" : " That fit must not be read as a speaker.");
  };

  const named = data.models.flatMap((model) => Object.keys(model.checkpoints).filter((c) => model.checkpoints[c].theta).map((c) => [model.name, c]));
  get("speaker").hidden = !named.length;
  sliders.words.replaceChildren(...named.map(([m, c]) => html("option", { value: JSON.stringify([m, c]) }, `${m} (${c})`)));
  get("choice").addEventListener("change", () => {
    place(Object.fromEntries(NAMES.map((name) => [name, choice[name].value])));
    history.replaceState(null, "", `#${new URLSearchParams(at)}`);
    show();
  });
  get("speaker").addEventListener("input", (event) => {
    if (WEIGHTS.includes(event.target.name)) balance(event.target.name);
    ghost();
  });
  for (const form of [get("choice"), get("speaker")]) form.addEventListener("submit", (event) => event.preventDefault());
  get("posterior").addEventListener("click", posterior);
  addEventListener("hashchange", follow);
  document.getElementById("explore").shares = speakerShares;  // for whoever looks from the console, and the tests
  place({ model: data.models.find((model) => !model.people)?.name });
  show();
  posterior();
  follow();
}
const explored = document.getElementById("explore-data");
if (explored) explore(JSON.parse(explored.textContent));
