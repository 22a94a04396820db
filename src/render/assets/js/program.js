// The build's formulas, computed in the page: exact fractions of big integers, the same digits as the build.

const greatest = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};

// n over d, in lowest terms.
class Ratio {
  constructor(n, d = 1n) {
    const common = d < 0n ? -greatest(n, d) : greatest(n, d);
    this.n = n / common;
    this.d = d / common;
  }

  // "12", "-1/3", "0.25"; nothing for any other text.
  static read(text) {
    const [, sign, whole, part = '', below] = /^([+-]?)(\d{1,1300})(?:\.(\d{0,400})|\/(\d{1,1300}))?$/.exec(text) ?? [];
    if (!whole) return null;
    const d = BigInt(below ?? 10n ** BigInt(part.length));
    return d ? new Ratio(BigInt(whole + part) * (sign === '-' ? -1n : 1n), d) : null;
  }

  plus(other) { return new Ratio(this.n * other.d + other.n * this.d, this.d * other.d); }
  minus(other) { return this.plus(other.negative()); }
  times(other) { return new Ratio(this.n * other.n, this.d * other.d); }
  negative() { return new Ratio(-this.n, this.d); }
  abs() { return this.n < 0n ? this.negative() : this; }

  over(other) {
    if (!other.n) throw new RangeError('division by zero');
    return new Ratio(this.n * other.d, this.d * other.n);
  }

  // Less, equal, greater: -1, 0, 1.
  to(other) {
    const { n } = this.minus(other);
    return n < 0n ? -1 : n > 0n ? 1 : 0;
  }

  floor() {
    const whole = this.n / this.d;
    return whole * this.d > this.n ? whole - 1n : whole;
  }

  ceil() { return -this.negative().floor(); }
  truncated() { return this.n / this.d; }

  // The nearest whole number; of two equally near, the even one.
  round() {
    const floor = this.floor();
    const twice = 2n * (this.n - floor * this.d);
    const up = twice > this.d || (twice === this.d && floor % 2n !== 0n);
    return up ? floor + 1n : floor;
  }

  // Near enough for the length of a bar.
  get near() { return Number((this.n * 1000n) / this.d); }
}

const one = new Ratio(1n);
const bits = (number) => (number < 0n ? -number : number).toString(2).length;

const operators = {
  neg: (a) => a.negative(),
  '+': (a, b) => a.plus(b),
  '-': (a, b) => a.minus(b),
  '*': (a, b) => a.times(b),
  '/': (a, b) => a.over(b),
  '%': (a, b) => a.minus(b.times(new Ratio(a.over(b).truncated()))),
  '<': (a, b) => a.to(b) < 0,
  '<=': (a, b) => a.to(b) <= 0,
  '>': (a, b) => a.to(b) > 0,
  '>=': (a, b) => a.to(b) >= 0,
  min: (...all) => all.reduce((a, b) => (b.to(a) < 0 ? b : a)),
  max: (...all) => all.reduce((a, b) => (b.to(a) > 0 ? b : a)),
  sum: (...all) => all.reduce((a, b) => a.plus(b)),
  abs: (a) => a.abs(),
  floor: (a, multiple = one) => new Ratio(a.over(multiple).floor()).times(multiple),
  ceil: (a, multiple = one) => new Ratio(a.over(multiple).ceil()).times(multiple),
  round: (a, multiple = one) => new Ratio(a.over(multiple).round()).times(multiple),
};

const same = (a, b) => (a instanceof Ratio && b instanceof Ratio ? a.to(b) === 0 : a === b);

// A program is nodes, children before parents; only what the answer depends on is computed. `scope` knows the inputs
// and the reader's answers.
function run(program, root, scope) {
  const known = new Map();
  const node = (at, kind) => {
    if (!known.has(at)) known.set(at, compute(program.nodes[at]));
    const value = known.get(at);
    if (kind && value?.constructor !== kind) throw new TypeError(`not a ${kind.name}`);
    return value;
  };
  const truth = (at) => node(at, Boolean);
  const compute = ([op, ...args]) => {
    switch (op) {
      case 'n': return Ratio.read(args[0]);
      case 'b': case 't': return args[0];
      case 'i': return scope.input(args[0]);
      case 'l': return scope.local(...args);
      case '!': return !truth(args[0]);
      case '&&': return args.every(truth);
      case '||': return args.some(truth);
      case '?': return node(args[truth(args[0]) ? 1 : 2]);
      case '==': return same(node(args[0]), node(args[1]));
      case '!=': return !same(node(args[0]), node(args[1]));
      case 'in': return args.slice(1).some((item) => same(node(args[0]), node(item)));
    }
    if (!Object.hasOwn(operators, op)) throw new TypeError(`unknown operator ${op}`);
    const value = operators[op](...args.map((at) => node(at, Ratio)));
    if (value instanceof Ratio && bits(value.n) + bits(value.d) > 4096) throw new RangeError('too large');
    return value;
  };
  return node(root);
}

// Decimal digits, rounded half to even.
function digits(value, places, fixed) {
  const whole = value.times(new Ratio(10n ** BigInt(places))).round();
  const text = (whole < 0n ? -whole : whole).toString().padStart(places + 1, '0');
  let part = text.slice(text.length - places);
  if (!fixed) part = part.replace(/0+$/, '');
  return `${whole < 0n ? '-' : ''}${text.slice(0, text.length - places)}${part && `.${part}`}`;
}

// Two places; more where a small number would lose its first two digits.
function placesFor(value) {
  let places = 2;
  let left = value.abs();
  const ten = new Ratio(10n);
  const enough = new Ratio(1n, 10n);
  if (!left.n) return places;
  for (; places < 30 && left.to(enough) < 0; places += 1) left = left.times(ten);
  return places;
}

// A quantity for people, as the build shows it. A format lists the units to choose from, each with its size, its name
// for one and for many, and what stands before the number.
function show(value, format) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!(value instanceof Ratio)) return String(value);
  const size = value.abs();
  let unit = format.ladder[0];
  for (const other of format.ladder) if (size.to(Ratio.read(other[0])) >= 0) unit = other;
  if (!size.n && format.zero !== null && format.zero !== undefined) unit = format.ladder[format.zero];
  const [factor, single, many, before = ''] = unit;
  const scaled = value.over(Ratio.read(factor));
  const money = format.money && scaled.d !== 1n;
  const places = Math.min(format.places ?? Math.max(placesFor(scaled), money ? 2 : 0), 60);
  let text = digits(scaled, places, typeof format.places === 'number' || money);
  if (format.thousands) {
    const [whole, part] = text.split('.');
    text = whole.replace(/\d(?=(\d{3})+$)/g, '$&,') + (part === undefined ? '' : `.${part}`);
  }
  if (format.bare) return text;
  text = text.startsWith('-') ? `-${before}${text.slice(1)}` : before + text;
  const name = scaled.to(one) === 0 ? single : many;
  return name === '' || name === '%' || name.startsWith('/') ? text + name : `${text} ${name}`;
}

// The first entry whose rule holds, marked as the one; an entry without a rule always does.
function firstRule(entries, program, scope) {
  const first = program && entries.find((li) => {
    const root = program.roots[li.dataset.verdict];
    try {
      return root === undefined || run(program, root, scope) === true;
    } catch {
      return false;
    }
  });
  for (const li of entries) li.toggleAttribute('aria-current', li === first);
  return first;
}
