//! Values as people read them: the unit that suits, the range behind them, texts with values in them.

use super::entry::{Fact, FactValue, Figure, Input, InputKind, Piece, Prose};
use super::evaluator::Touched;
use super::formula::apply::Operation;
use super::formula::{Ir, Op, Scalar, Type};
use super::problem::Problem;
use super::quantity::{Dimension, Format, Quantity, Ratio, Rounding, Shown, Style, Unit, Units};
use super::{Evaluation, Inputs, Model, Value};
use num_traits::{Signed, Zero};

impl Model {
    /// A text with its values filled in, as people read them.
    pub fn prose(&self, prose: &Prose, inputs: &Inputs) -> Result<String, Problem> {
        if prose.pieces.is_empty() {
            return Ok(prose.text.clone());
        }
        let mut out = String::new();
        for piece in &prose.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(compiled) => {
                    let evaluation = self.evaluate(compiled, inputs)?;
                    out.push_str(&self.show(&evaluation, &Format::default()).text);
                }
            }
        }
        Ok(out)
    }

    /// A figure with this value, or an end of its range, as its source has it.
    pub fn figure_text(&self, figure: &Figure, value: &Ratio) -> String {
        let dimension = figure.quantity.dimension;
        self.units.fact(value, dimension, figure.unit.as_ref(), &figure.written)
    }

    /// The value of a fact that is no quantity, as people read it; of a table, how many rows it has.
    pub fn fact_text(&self, fact: &Fact) -> String {
        let word = |value: &Scalar| match value {
            Scalar::Bool(true) => "yes".to_owned(),
            Scalar::Bool(false) => "no".to_owned(),
            Scalar::Number(number) => number.to_string(),
            other => other.word().unwrap_or_default(),
        };
        match &fact.value {
            FactValue::One(value, _) => {
                value.items().iter().map(word).collect::<Vec<_>>().join(", ")
            }
            FactValue::Table(columns) => {
                let rows = columns.first().map_or(0, |column| column.values.items().len());
                format!("{rows} rows")
            }
        }
    }

    /// Shows a value. Without a unit in the format, one that its parts were given in is preferred.
    pub fn show(&self, evaluation: &Evaluation, format: &Format) -> Shown {
        match &evaluation.value {
            Value::Quantity(quantity) => self.show_quantity(quantity, evaluation, format),
            Value::Bool(value) => plain(match (format.style, value) {
                (Style::People, true) => "yes",
                (Style::People, false) => "no",
                (Style::Kubernetes, true) => "true",
                (Style::Kubernetes, false) => "false",
            }),
            Value::Text(value) | Value::Version(value) => plain(value),
            Value::Date(date) => plain(&date.to_string()),
            Value::List(items) => {
                let shown = items.iter().map(|item| {
                    let one = Evaluation { value: item.clone(), ..evaluation.clone() };
                    self.show(&one, format).text
                });
                plain(&shown.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Shows the ends of a range in the unit of the value itself, without the unit's name: `5`, `20`.
    pub fn show_range(&self, evaluation: &Evaluation, format: &Format) -> Option<(Shown, Shown)> {
        let range = evaluation.range.as_ref()?;
        let dimension = evaluation.value.quantity()?.dimension;
        let format = self.format_for(evaluation.value.quantity()?, evaluation, format);
        let format = Format {
            bare: true,
            unit: Some(self.units.unit_for(evaluation.value.quantity()?, &format)),
            ..format
        };
        let show =
            |value: &Ratio| self.units.show(&Quantity::new(value.clone(), dimension), &format);
        Some((show(&range.low), show(&range.high)))
    }

    /// What stands behind a value that has a range: ` (5–20)`; ` (within 5–20)` where the range holds the value, but may be
    /// wider than it need be; ` (range unknown)` where there is none to be had, for a divisor that may be zero.
    pub fn range_note(&self, evaluation: &Evaluation, format: &Format) -> Option<String> {
        if evaluation.uncertain && evaluation.value.quantity().is_some() {
            return Some(" (range unknown)".to_owned());
        }
        let (low, high) = self.show_range(evaluation, format)?;
        let within = if evaluation.range.as_ref()?.exact { "" } else { "within " };
        // no dash beside a minus sign
        let signed = low.number.starts_with('-') || high.number.starts_with('-');
        let to = if signed { " to " } else { "–" };
        Some(format!(" ({within}{}{to}{})", low.number, high.number))
    }

    /// The format of a column or an axis whose values share a unit. A fact that has more digits in it keeps its own, where its
    /// dimension has several to read: 100 MiB beside 2 GiB.
    pub fn shared_format(&self, evaluation: &Evaluation, unit: Option<&Unit>) -> Format {
        let shared = Format { unit: unit.cloned(), ..Format::default() };
        let (Some(quantity), Some(written), Some(unit)) =
            (evaluation.value.quantity(), &evaluation.written, unit)
        else {
            return shared;
        };
        let own = self.units.fact_format(quantity, Some(unit), written, &Format::default());
        let several = self.units.ladder(quantity.dimension, false).len() > 1;
        if several { own } else { shared }
    }

    fn show_quantity(
        &self,
        quantity: &Quantity,
        evaluation: &Evaluation,
        format: &Format,
    ) -> Shown {
        self.units.show(quantity, &self.format_for(quantity, evaluation, format))
    }

    /// The format in which a value is shown: the one asked for, with the unit that its parts were given in.
    pub fn format_for(
        &self,
        quantity: &Quantity,
        evaluation: &Evaluation,
        format: &Format,
    ) -> Format {
        // A rule that is asked for here holds for facts too.
        let is_asked = format.rounding.is_some();
        let rounding = format.rounding.or(evaluation.rounding);
        let format = &Format { rounding, ..format.clone() };
        if format.unit.is_some() || format.style == Style::Kubernetes {
            let written = evaluation.written.clone().filter(|_| !is_asked);
            return Format { written, ..format.clone() };
        }
        if let Some(written) = &evaluation.written {
            let format =
                self.units.fact_format(quantity, evaluation.unit.as_ref(), written, format);
            return if is_asked { Format { written: None, ..format } } else { format };
        }
        let mut format = Format {
            decimal_bytes: format.decimal_bytes || evaluation.decimal_bytes,
            ..format.clone()
        };
        if let Some(unit) = &evaluation.unit {
            let shown = &quantity.value / &unit.factor;
            let readable = shown.is_zero()
                || (shown.abs() >= Ratio::new(1.into(), 100.into())
                    && shown.abs() < Ratio::from_integer(10_000.into()));
            if unit.dimension == quantity.dimension
                && (readable || quantity.dimension != Dimension::TIME)
            {
                format.unit = Some(unit.clone());
            }
        }
        format
    }

    /// How an expression is rounded: as the formula says that it is, else as the model does.
    pub(super) fn rounding(&self, ir: &Ir) -> Option<Rounding> {
        let own = match ir.nodes.last().map(|node| &node.op) {
            Some(Op::Definition(index)) => {
                self.formula_of(*index).and_then(|formula| formula.rounding)
            }
            _ => None,
        };
        own.or(self.settings.display)
    }

    /// The unit that an expression was written in, if it is a fact: one name or quantity, and nothing computed from it.
    pub(super) fn written(&self, ir: &Ir) -> Option<Unit> {
        let mut ir = ir;
        loop {
            // What is taken out of a table is as it stands there.
            if let Some(Op::Apply(operation, args)) = ir.nodes.last().map(|node| &node.op) {
                use Operation::{Lookup, MaxBy, MinBy, Tier};
                let Op::Fact(index, column) = &ir.nodes[*args.last()?].op else { return None };
                let taken = matches!(operation, Lookup | MaxBy | MinBy | Tier);
                return self.facts[*index].written(*column).filter(|_| taken).cloned();
            }
            if let Some(Op::Item(list, _)) = ir.nodes.last().map(|node| &node.op) {
                let Op::Fact(index, column) = &ir.nodes[*list].op else { return None };
                return self.facts[*index].written(*column).cloned();
            }
            let [node] = ir.nodes.as_slice() else { return None };
            match &node.op {
                Op::Figure(index) => return Some(self.figures[*index].written.clone()),
                Op::Input(index) => return self.inputs[*index].written.clone(),
                Op::Fact(index, column) => {
                    return self.facts[*index].written(*column).cloned();
                }
                Op::Constant(Scalar::Number(value)) => {
                    let quantity = Quantity::new(value.clone(), node.ty.dimension()?);
                    return Some(self.units.as_written(&quantity, ir.written.clone()));
                }
                // formulas in a circle are none, so this comes to an end
                Op::Definition(index) => ir = &self.definitions[*index].ir,
                _ => return None,
            }
        }
    }

    /// The unit of the parts that have the dimension of the whole, if they agree on one: of the formulas, whose unit says how
    /// they are shown, else of the figures and inputs.
    pub(super) fn unit_hint(&self, ir: &Ir, ty: Type, touched: &Touched) -> (Option<Unit>, bool) {
        let Some(dimension) = ty.dimension() else { return (None, false) };
        let own = match ir.nodes.last().map(|node| &node.op) {
            Some(Op::Figure(index)) => self.figures[*index].unit.clone(),
            Some(Op::Input(index)) => self.inputs[*index].unit.clone(),
            Some(Op::Definition(index)) => {
                self.formula_of(*index).and_then(|formula| formula.unit.clone())
            }
            _ => None,
        };
        if let Some(own) = own
            && own.dimension == dimension
        {
            let decimal = own.is_decimal_bytes();
            return (Some(own), decimal);
        }
        let of = |unit: &Option<Unit>| unit.clone().filter(|unit| unit.dimension == dimension);
        let formulas = touched.definitions.iter().filter_map(|index| self.formula_of(*index));
        let mut units: Vec<Unit> = formulas.filter_map(|formula| of(&formula.unit)).collect();
        if units.is_empty() {
            let figures = touched.figures.iter().map(|index| &self.figures[*index].unit);
            let inputs = touched.inputs.iter().map(|index| &self.inputs[*index].unit);
            units.extend(figures.chain(inputs).filter_map(of));
            let facts = touched.facts.iter().map(|index| &self.facts[*index]);
            let written = facts.flat_map(Fact::units).cloned();
            units.extend(written.filter(|unit| unit.dimension == dimension));
        }
        // counts are of many things; a product of pods and hops is neither
        if dimension.is_count() || units.is_empty() {
            return (None, false);
        }
        let decimal = units.iter().all(Unit::is_decimal_bytes);
        let first = units.swap_remove(0);
        // what is made of bytes is shown in the multiple that suits its size
        let kept = !matches!(dimension, Dimension::MEMORY | Dimension::DATA) || first.is_of_bits();
        let agreed = kept && units.iter().all(|unit| *unit == first);
        (agreed.then_some(first), decimal)
    }
}

impl Input {
    /// A number of it as its author or a reader writes it.
    pub fn text(&self, units: &Units, value: &Ratio) -> String {
        let dimension = match &self.kind {
            InputKind::Number { dimension, .. } => *dimension,
            _ => Dimension::COUNT,
        };
        match &self.written {
            Some(written) => units.fact(value, dimension, self.unit.as_ref(), written),
            None => units.text(value, dimension, self.unit.as_ref()),
        }
    }
}

fn plain(text: &str) -> Shown {
    Shown {
        text: text.into(),
        number: text.into(),
        unit: String::new(),
        rounded: false,
        exact: text.into(),
        exact_text: text.into(),
    }
}
