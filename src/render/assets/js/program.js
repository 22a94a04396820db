// The build's formulas, computed in the page: exact fractions of big integers, the same digits as the build.

const greatest = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};

class Fraction {
  constructor(above, below = 1n) {
    if (below < 0n) [above, below] = [-above, -below];
    const common = greatest(above, below);
    this.above = above / common;
    this.below = below / common;
  }

  // "12", "-1/3", "0.25"; nothing for any other text.
  static read(text) {
    const match = /^([+-]?)(\d{1,1300})(?:\.(\d{0,400})|\/(\d{1,1300}))?$/.exec(text);
    if (!match) return null;
    const [, sign, whole, part = '', below] = match;
    const above = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
    if (below !== undefined) return BigInt(below) ? new Fraction(above, BigInt(below)) : null;
    return new Fraction(above, 10n ** BigInt(part.length));
  }

  plus(other) { return new Fraction(this.above * other.below + other.above * this.below, this.below * other.below); }
  minus(other) { return this.plus(other.negative()); }
  times(other) { return new Fraction(this.above * other.above, this.below * other.below); }
  negative() { return new Fraction(-this.above, this.below); }
  abs() { return this.above < 0n ? this.negative() : this; }

  over(other) {
    if (!other.above) throw new RangeError('division by zero');
    return new Fraction(this.above * other.below, this.below * other.above);
  }

  // Less, equal, greater: -1, 0, 1.
  to(other) {
    const difference = this.above * other.below - other.above * this.below;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  floor() {
    const whole = this.above / this.below;
    return whole * this.below > this.above ? whole - 1n : whole;
  }

  ceil() { return -this.negative().floor(); }
  truncated() { return this.above / this.below; }

  // The nearest whole number; of two equally near, the even one.
  round() {
    const floor = this.floor();
    const twice = 2n * (this.above - floor * this.below);
    const up = twice > this.below || (twice === this.below && floor % 2n !== 0n);
    return up ? floor + 1n : floor;
  }

  get number() {
    // Near enough for lengths of bars.
    const scaled = (this.above * 1000000n) / this.below;
    return Number(scaled) / 1e6;
  }
}

const one = new Fraction(1n);
const bits = (number) => (number < 0n ? -number : number).toString(2).length;

const operators = {
  neg: (a) => a.negative(),
  '+': (a, b) => a.plus(b),
  '-': (a, b) => a.minus(b),
  '*': (a, b) => a.times(b),
  '/': (a, b) => a.over(b),
  '%': (a, b) => a.minus(b.times(new Fraction(a.over(b).truncated()))),
  '<': (a, b) => a.to(b) < 0,
  '<=': (a, b) => a.to(b) <= 0,
  '>': (a, b) => a.to(b) > 0,
  '>=': (a, b) => a.to(b) >= 0,
  min: (...all) => all.reduce((a, b) => (b.to(a) < 0 ? b : a)),
  max: (...all) => all.reduce((a, b) => (b.to(a) > 0 ? b : a)),
  sum: (...all) => all.reduce((a, b) => a.plus(b)),
  abs: (a) => a.abs(),
  floor: (a, multiple = one) => new Fraction(a.over(multiple).floor()).times(multiple),
  ceil: (a, multiple = one) => new Fraction(a.over(multiple).ceil()).times(multiple),
  round: (a, multiple = one) => new Fraction(a.over(multiple).round()).times(multiple),
};

const same = (a, b) => (a instanceof Fraction && b instanceof Fraction ? a.to(b) === 0 : a === b);

// A program is nodes, children before parents; only what the answer depends on is computed. `scope` knows the inputs
// and the reader's answers.
function run(program, root, scope) {
  const known = new Map();
  const truth = (at) => {
    const value = node(at);
    if (typeof value !== 'boolean') throw new TypeError('not true or false');
    return value;
  };
  const number = (at) => {
    const value = node(at);
    if (!(value instanceof Fraction)) throw new TypeError('not a number');
    return value;
  };
  const node = (at) => {
    if (!known.has(at)) known.set(at, compute(program.nodes[at]));
    return known.get(at);
  };
  const compute = ([op, ...args]) => {
    switch (op) {
      case 'n': return Fraction.read(args[0]);
      case 'b': case 't': return args[0];
      case 'i': return scope.input(args[0]);
      case 'l': return scope.local(...args);
      case '!': return !truth(args[0]);
      case '&&': return truth(args[0]) && truth(args[1]);
      case '||': return truth(args[0]) || truth(args[1]);
      case '?': return node(truth(args[0]) ? args[1] : args[2]);
      case '==': return same(node(args[0]), node(args[1]));
      case '!=': return !same(node(args[0]), node(args[1]));
      case 'in': return args.slice(1).some((item) => same(node(args[0]), node(item)));
    }
    if (!Object.hasOwn(operators, op)) throw new TypeError(`unknown operator ${op}`);
    const value = operators[op](...args.map(number));
    if (value instanceof Fraction && bits(value.above) + bits(value.below) > 4096) throw new RangeError('too large');
    return value;
  };
  return node(root);
}

// Decimal digits, rounded half to even.
function digits(value, places, fixed) {
  const whole = value.times(new Fraction(10n ** BigInt(places))).round();
  const text = (whole < 0n ? -whole : whole).toString().padStart(places + 1, '0');
  let part = text.slice(text.length - places);
  if (!fixed) part = part.replace(/0+$/, '');
  return `${whole < 0n ? '-' : ''}${text.slice(0, text.length - places)}${part && `.${part}`}`;
}

// Two places; more where a small number would lose its first two digits.
function placesFor(value) {
  let places = 2;
  let left = value.abs();
  const ten = new Fraction(10n);
  const enough = new Fraction(1n, 10n);
  if (!left.above) return places;
  for (; places < 30 && left.to(enough) < 0; places += 1) left = left.times(ten);
  return places;
}

// A quantity for people, as the build shows it. A format lists the units to choose from, each with its size, its name
// for one and for many, and what stands before the number.
function show(value, format) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!(value instanceof Fraction)) return String(value);
  const size = value.abs();
  let unit = format.ladder[0];
  for (const other of format.ladder) if (size.to(Fraction.read(other[0])) >= 0) unit = other;
  if (!size.above && format.zero !== null && format.zero !== undefined) unit = format.ladder[format.zero];
  const [factor, single, many, before = ''] = unit;
  const scaled = value.over(Fraction.read(factor));
  const money = format.money && scaled.below !== 1n;
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

// The first entry whose rule holds; an entry without a rule always does.
function firstRule(entries, program, scope) {
  if (!program) return undefined;
  return entries.find((li) => {
    const root = program.roots[li.dataset.verdict];
    try {
      return root === undefined || run(program, root, scope) === true;
    } catch {
      return false;
    }
  });
}
