// The speaker model of polite speech, as in speaker_model/reference.py: a test holds one to the other.
// Natural logarithms of probabilities; theta and listeners are [utterance][state], speakers [state][utterance].
const nodes = new Map();

function gaussLegendre(count) {  // nodes and weights on (0, 1), by Newton's method
  if (nodes.has(count)) return nodes.get(count);
  const found = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos(Math.PI * (i + 0.75) / (count + 0.5)), slope = 1;
    for (let turn = 0; turn < 50; turn++) {
      let p = 1, before = 0;
      for (let k = 0; k < count; k++) [p, before] = [((2 * k + 1) * x * p - k * before) / (k + 1), p];
      slope = count * (x * p - before) / (x * x - 1);
      const step = p / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    found.push({ phi: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) });
  }
  nodes.set(count, found);
  return found;
}

const times = (weight, x) => (weight === 0 ? 0 : weight * x);  // 0 log 0 = 0

function logSumExp(xs) {
  const top = Math.max(...xs);
  return top === -Infinity ? top : top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

function normalised(xs) {
  const total = logSumExp(xs);
  return xs.map((x) => x - total);
}

const expected = (logs, values) => logs.reduce((sum, x, s) => sum + Math.exp(x) * values[s], 0);

function s1({ alpha, values, costs, literal }, phi) {
  const kind = literal.map((row, u) => alpha * (1 - phi) * expected(row, values) - costs[u]);
  return values.map((_, s) => normalised(literal.map((row, u) => times(alpha * phi, row[s]) + kind[u])));
}

function s2(at, phi, omega) {
  const { alpha, values, costs, literal } = at;
  const [inf, soc, pre] = omega.map((weight) => alpha * weight);
  const quadrature = gaussLegendre(Math.round(Math.min(400, Math.max(64, 20 * alpha))));
  const each = quadrature.map((node) => [Math.log(node.weight), s1(at, node.phi)]);
  const joint = literal.map((row, u) => row.map((_, s) => logSumExp(each.map(([w, p]) => w + p[s][u]))));
  const evidence = joint.map(logSumExp);
  const listener = joint.map((row, u) => row.map((x) => x - evidence[u]));
  const projected = s1(at, phi);
  const ofWord = listener.map((row, u) => {
    const density = logSumExp(projected.map((p) => p[u])) - evidence[u];
    return times(soc, expected(row, values)) + times(pre, density) - costs[u];
  });
  return values.map((_, s) => normalised(listener.map((row, u) => times(inf, row[s]) + ofWord[u])));
}

// Shares [state][utterance] of a speaker; omega is null for S1, cost and lapse where there is none.
function speakerShares({ alpha, phi, omega, cost, lapse, theta, values, negated }) {
  const literal = theta.map((row) => normalised(row.map(Math.log)));
  const costs = negated.map((flag) => (cost === null ? 0 : flag ? cost : 1));
  const at = { alpha, values, costs, literal };
  const logs = omega ? s2(at, phi, omega) : s1(at, phi);
  return logs.map((row) => row.map((x) => (1 - (lapse ?? 0)) * Math.exp(x) + (lapse ?? 0) / row.length));
}
