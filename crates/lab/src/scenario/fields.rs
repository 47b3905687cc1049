//! Reading a TOML table field by field. The position of each field is known, so that a mistake is reported there.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ScenarioError, Source, nearest, one_of};

/// A value and its position.
#[derive(Clone, Debug)]
pub(super) struct Spot<T> {
    pub(super) is: T,
    pub(super) at: Range<usize>,
}

/// One table. Each key is asked for by name. A key that nobody asked for is a mistake.
pub(super) struct Fields<'t> {
    pub(super) source: Source<'t>,
    table: &'t DeTable<'t>,
    /// The position of the table.
    pub(super) at: Range<usize>,
    asked: Vec<&'static str>,
}

type Read<T> = Result<T, ScenarioError>;

impl<'t> Fields<'t> {
    pub(super) const fn new(source: Source<'t>, table: &'t DeTable<'t>, at: Range<usize>) -> Self {
        Self { source, table, at, asked: Vec::new() }
    }

    pub(super) fn mistake(
        &self,
        at: &Range<usize>,
        wrong: impl Into<String>,
        instead: impl Into<String>,
    ) -> ScenarioError {
        self.source.mistake(at, wrong, instead)
    }

    /// Returns the value of a key, if the table has it.
    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    /// Returns the position of a key.
    pub(super) fn place_of(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.at.clone(), |(key, _)| key.span())
    }

    /// Returns the table's keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    pub(super) fn text(&mut self, key: &'static str) -> Read<Option<Spot<&'t str>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(Some(Spot { is: text, at: value.span() })),
            DeValue::String(_) => Err(self.mistake(
                &value.span(),
                format!("`{key}` is empty"),
                format!("Write {key} = \"...\", or leave the line out."),
            )),
            other => Err(self.of_other_type(key, value.span(), other, "a text in quotation marks")),
        }
    }

    pub(super) fn needed_text(&mut self, key: &'static str, example: &str) -> Read<Spot<&'t str>> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => Err(self.mistake(
                &self.at,
                format!("`{key}` is missing"),
                format!("Write {key} = {example}."),
            )),
        }
    }

    /// Reads a text, or a time that TOML knows as one.
    pub(super) fn time(&mut self, key: &'static str) -> Read<Option<Spot<String>>> {
        let Some(value) = self.table.get(key) else {
            self.asked.push(key);
            return Ok(None);
        };
        if let DeValue::Datetime(time) = value.get_ref() {
            self.asked.push(key);
            return Ok(Some(Spot { is: time.to_string(), at: value.span() }));
        }
        Ok(self.text(key)?.map(|text| Spot { is: text.is.to_owned(), at: text.at }))
    }

    pub(super) fn number(&mut self, key: &'static str) -> Read<Option<u64>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        if let DeValue::Integer(number) = value.get_ref()
            && number.radix() == 10
            && let Ok(number) = number.as_str().parse()
        {
            return Ok(Some(number));
        }
        Err(self.of_other_type(key, value.span(), value.get_ref(), "a whole number from 0 on"))
    }

    /// Reads a key whose presence means yes.
    pub(super) fn yes(&mut self, key: &'static str) -> Read<()> {
        match self.value(key) {
            Some(value) if value.get_ref().as_bool() == Some(true) => Ok(()),
            Some(value) => Err(self.mistake(
                &value.span(),
                format!("`{key}` takes no value but true"),
                format!("Write {key} = true, or leave the event out."),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Read<Vec<Spot<&'t str>>> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let wanted = "a list of texts, as in [\"Ada\", \"Ben\"]";
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.of_other_type(key, value.span(), value.get_ref(), wanted));
        };
        let text = |item: &'t Spanned<DeValue<'t>>| match item.get_ref() {
            DeValue::String(text) => Ok(Spot { is: text.as_ref(), at: item.span() }),
            other => Err(self.of_other_type(key, item.span(), other, wanted)),
        };
        items.iter().map(text).collect()
    }

    pub(super) fn table(&mut self, key: &'static str) -> Read<Option<Fields<'t>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(Fields::new(self.source, table, value.span()))),
            other => Err(self.of_other_type(key, value.span(), other, &format!("a table, headed [{key}]"))),
        }
    }

    pub(super) fn tables(&mut self, key: &'static str) -> Read<Vec<Fields<'t>>> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let wanted = format!("tables, each headed [[{key}]]");
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.of_other_type(key, value.span(), value.get_ref(), &wanted));
        };
        let table = |item: &'t Spanned<DeValue<'t>>| match item.get_ref() {
            DeValue::Table(table) => Ok(Fields::new(self.source, table, item.span())),
            other => Err(self.of_other_type(key, item.span(), other, &wanted)),
        };
        items.iter().map(table).collect()
    }

    /// Ends the reading: a key that was not asked for is a mistake.
    pub(super) fn end(self, what: &str) -> Read<()> {
        let Some((key, _)) = self.table.iter().find(|(key, _)| !self.asked.contains(&key.get_ref().as_ref()))
        else {
            return Ok(());
        };
        let instead = match nearest(key.get_ref(), self.asked.iter().copied()) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => format!("{what} has {}.", one_of(self.asked.iter().copied()).replace(" or ", " and ")),
        };
        Err(self.mistake(&key.span(), format!("{what} has no `{}`", key.get_ref()), instead))
    }

    fn of_other_type(&self, key: &str, at: Range<usize>, found: &DeValue<'_>, wanted: &str) -> ScenarioError {
        self.mistake(&at, format!("`{key}` is of type {}", found.type_str()), format!("Write {wanted}."))
    }
}
