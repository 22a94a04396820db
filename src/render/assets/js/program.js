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

const unity = new Ratio(1n);
const bits = (number) => (number < 0n ? -number : number).toString(2).length;

// Roots and logarithms are cut to so many digits as the build cuts them (`formula/apply.rs`).
const scale = 10n ** 50n;

function root(n) {
  if (n < 2n) return n;
  let at = 1n << BigInt((bits(n) + 1) >> 1);
  for (let next; (next = (at + n / at) >> 1n) < at;) at = next;
  return at;
}

function sqrt({ n, d }) {
  if (n < 0n) throw new RangeError('no real number');
  const [a, b] = [root(n), root(d)];
  if (a * a === n && b * b === d) return new Ratio(a, b);
  const unit = 10n ** 40n;
  return new Ratio(root((n * unit * unit) / d), unit);
}

function artanh(n, d) {
  let term = (n * scale) / d;
  const square = (term * term) / scale;
  let sum = 0n;
  for (let odd = 1n; term; odd += 2n) {
    sum += term / odd;
    term = (term * square) / scale;
  }
  return sum;
}

function ln({ n, d }) {
  if (n <= 0n) throw new RangeError('no real number');
  const power = BigInt(bits(n) - bits(d));
  if (power > 0n) d <<= power;
  else n <<= -power;
  return 2n * (artanh(n - d, n + d) + power * artanh(1n, 3n));
}

function log(x, base) {
  const [value, below] = [ln(x), base ? ln(base) : scale];
  if (!below) throw new RangeError('division by zero');
  const unit = 10n ** 30n;
  return new Ratio(new Ratio(((base ? (value * scale) / below : value)) * unit, scale).round(), unit);
}

// A whole power, unless that is surely too large.
function pow(x, n) {
  const times = n.abs().n;
  if (BigInt(bits(x.n) + bits(x.d) - 2) * times > 4096n) throw new RangeError('too large');
  const power = new Ratio(x.n ** times, x.d ** times);
  return n.n < 0n ? unity.over(power) : power;
}

// Tiers are where each begins and its price, in the order of their beginnings.
function tier(x, ...tiers) {
  const at = tiers.findLastIndex((from, at) => at % 2 === 0 && from.to(x) <= 0);
  if (at < 0) throw new RangeError('no row');
  return tiers[at + 1];
}

function tiers(x, ...all) {
  let sum = new Ratio(0n);
  for (let at = 0; at < all.length && all[at].to(x) < 0; at += 2) {
    const end = all[at + 2]?.to(x) < 0 ? all[at + 2] : x;
    sum = sum.plus(end.minus(all[at]).times(all[at + 1]));
  }
  return sum;
}

const operators = {
  sqrt,
  log,
  pow,
  tier,
  tiers,
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
  floor: (a, multiple = unity) => new Ratio(a.over(multiple).floor()).times(multiple),
  ceil: (a, multiple = unity) => new Ratio(a.over(multiple).ceil()).times(multiple),
  round: (a, multiple = unity) => new Ratio(a.over(multiple).round()).times(multiple),
};

const same = (a, b) => (a instanceof Ratio && b instanceof Ratio ? a.to(b) === 0 : a === b);

// An input that the page does not ask for has the build's value.
const preset = (value) => (typeof value === 'string' ? Ratio.read(value) : Array.isArray(value) ? value[1] : value);

// An expression is a number ("3/10"), a truth value, or a list of an operator and what it is applied to. Only what the
// answer depends on is computed. The program has the figures and the formulas with a name; the scope knows the inputs
// and the reader's answers.
function run(program, expression, scope) {
  const known = {};
  const typed = (part, type) => {
    const value = compute(part);
    if (value?.constructor !== type) throw new TypeError(`not a ${type.name}`);
    return value;
  };
  const truth = (part) => typed(part, Boolean);
  const compute = (part) => {
    if (typeof part === 'string') return Ratio.read(part);
    if (part === null) throw new RangeError('no value');
    if (!Array.isArray(part)) return part;
    const [op, ...args] = part;
    switch (op) {
      case 'text': return args[0];
      case 'input': return scope.input?.(args[0]) ?? preset(program.inputs[args[0]].value);
      case 'figure': return Ratio.read(scope.figure?.(args[0]) ?? program.figures[args[0]]);
      case 'let': return (known[args[0]] ??= { value: compute(program.lets[args[0]]) }).value;
      case '!': return !truth(args[0]);
      case '&&': return args.every(truth);
      case '||': return args.some(truth);
      case '?': return compute(args[truth(args[0]) ? 1 : 2]);
      case 'lookup': {
        const key = compute(args[0]);
        const at = args.findIndex((item, at) => at % 2 === 1 && same(compute(item), key));
        if (at < 0) throw new RangeError('no row');
        return compute(args[at + 1]);
      }
      case '==': return same(compute(args[0]), compute(args[1]));
      case '!=': return !same(compute(args[0]), compute(args[1]));
      case 'in': return args.slice(1).some((item) => same(compute(args[0]), compute(item)));
    }
    if (!Object.hasOwn(operators, op)) return scope.local(op, ...args);
    const value = operators[op](...args.map((arg) => typed(arg, Ratio)));
    if (value instanceof Ratio && bits(value.n) + bits(value.d) > 4096) throw new RangeError('too large');
    return value;
  };
  return compute(expression);
}

// Decimal digits, rounded half to even; zeros at the end are left out, but for the least number of places.
function digits(value, places, least) {
  if (places < 0) {
    const unit = new Ratio(10n ** BigInt(-places));
    return digits(new Ratio(value.over(unit).round()).times(unit), 0, 0);
  }
  const whole = value.times(new Ratio(10n ** BigInt(places))).round();
  const text = (whole < 0n ? -whole : whole).toString().padStart(places + 1, '0');
  const at = text.length - places;
  const part = text.slice(at, at + least) + text.slice(at + least).replace(/0+$/, '');
  return `${whole < 0n ? '-' : ''}${text.slice(0, at)}${part && `.${part}`}`;
}

// Two places; more where a small number would lose its first two digits.
function placesFor(value) {
  let places = 2;
  for (let { n, d } = value.abs(); n && 10n * n < d && places < 30; n *= 10n) places += 1;
  return places;
}

// The places by a rule of the model: at most so many, or so many that so many digits count.
function ruled([rule, count], value) {
  let places = count;
  if (rule === 'places') return places;
  places -= 1;
  let { n, d } = value.abs();
  for (; n >= 10n * d; d *= 10n) places -= 1;
  for (; n && n < d && places < 60; n *= 10n) places += 1;
  return places;
}

// The places of a number that is a decimal of bearable length, and its digits that count.
function decimals(value) {
  for (let places = 0; places <= 30; places += 1) {
    const { n, d } = value.times(new Ratio(10n ** BigInt(places)));
    if (d === 1n) return { places, count: n.toString().replace(/^-|0+$/g, '').length };
  }
  return null;
}

// The places of a fact in a unit, if it has no more digits there than where it was written.
function factPlaces(value, factor, written) {
  const here = decimals(value.over(Ratio.read(factor)));
  const there = written && decimals(value.over(Ratio.read(written.factor)));
  return here && there && here.count <= there.count ? here.places : null;
}

// A quantity for people, as the build shows it: a fact as it was written, a result in the unit of its parts, else in the
// largest that is not too large.
function show(value, { unit, dimension = 'count', decimal, written, round }, ladders) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!(value instanceof Ratio)) return String(value);
  const size = value.abs();
  const count = ({ factor }) => size.over(Ratio.read(factor));
  const between = (number) => !number.n || (100n * number.n >= number.d && number.n < 10000n * number.d);
  const own = written && unit && factPlaces(value, unit.factor, written) === null ? written : unit ?? written;
  const kept = own && (written || dimension !== 'time' || between(count(own)));
  const units = kept ? [own] : ladders[dimension + (decimal ? ' decimal' : '')];
  const { factor, one, many, before } = units.findLast((other) => count(other).floor()) ?? units.find((other) => !size.n && other.factor === '1') ?? units[0];
  const scaled = value.over(Ratio.read(factor));
  const least = scaled.d !== 1n && /^[^/]*money(?!\^)/.test(dimension) ? 2 : 0;
  const fact = factPlaces(value, factor, written);
  const rule = fact === null && round ? ruled(round, scaled) : null;
  let text = rule === null
    ? digits(scaled, Math.max(least, fact ?? placesFor(scaled)), least)
    : digits(scaled, rule, Math.min(least, Math.max(rule, 0)));
  const name = text === '1' ? one : many;
  if (before) text = text.replace(/^-?/, (sign) => sign + before);
  return /^(%|\/|$)/.test(name) ? text + name : `${text} ${name}`;
}

// A value and how it is shown; a dash, and why, where there is none.
function result(program, name, scope) {
  try {
    const root = program.roots[name];
    const value = run(program, root.expr, scope);
    return { value, text: show(value, root, program.ladders), why: '' };
  } catch ({ message }) {
    return { text: '–', why: message };
  }
}

// Whether a rule holds; one that is not written always does.
function holds(program, name, scope) {
  try {
    return !program.roots[name] || run(program, program.roots[name].expr, scope) === true;
  } catch {
    return false;
  }
}

// The inputs and figures as the reader has set them anywhere on the page: the first calculator that knows one says it.
const settings = (key) => (name) =>
  $$(document, 'plumb-calculator').map((calculator) => calculator.scope?.()[key](name)).find((value) => value !== undefined);
const pageScope = { input: settings('input'), figure: settings('figure') };
