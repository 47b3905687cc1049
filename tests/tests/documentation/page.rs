//! A Markdown page as a list of steps. `main.rs` describes the rules.

/// The start of a block that is run. The name of a window may follow.
const FENCE: &str = "```console";

/// The start of a block that the reader saves. The name of the file follows. A block without a name is only to be read.
const FILE_FENCE: &str = "```toml ";

/// One command with its output, or a window's later output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// The line of the page, counted from 1.
    pub(crate) line: usize,
    /// The window, or `None` for the shell.
    pub(crate) window: Option<String>,
    /// The file that the block is saved as. `expected` then contains the file's text.
    pub(crate) saved_as: Option<String>,
    /// The command that is typed.
    pub(crate) command: Option<String>,
    /// The answer that is typed when the program asks.
    pub(crate) answer: Option<String>,
    /// The exit code of the command.
    pub(crate) status: i32,
    /// The output that the page shows.
    pub(crate) expected: String,
}

/// Parses a page into its steps.
pub(crate) fn steps(markdown: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<Vec<Step>> = None;
    for (line, text) in markdown.lines().enumerate().map(|(at, text)| (at + 1, text)) {
        match &mut block {
            None => {
                if let Some(rest) = text.strip_prefix(FENCE) {
                    let window = Some(rest.trim()).filter(|name| !name.is_empty()).map(str::to_owned);
                    block = Some(vec![Step { line, window, ..Step::default() }]);
                } else if let Some(name) = text.strip_prefix(FILE_FENCE) {
                    block =
                        Some(vec![Step { line, saved_as: Some(name.trim().to_owned()), ..Step::default() }]);
                }
            }
            Some(open) if text == "```" => {
                // Only a block that continues a window has output before the first command.
                open.retain(|step| step.command.is_some() || !step.expected.is_empty());
                steps.append(open);
                block = None;
            }
            Some(open) => add(open, line, text),
        }
    }
    assert!(block.is_none(), "a block is not closed");
    steps
}

fn add(block: &mut Vec<Step>, line: usize, text: &str) {
    let last = block.last_mut().unwrap();
    if last.saved_as.is_some() {
        last.expected.push_str(text);
        last.expected.push('\n');
    } else if let Some(command) = text.strip_prefix("$ ") {
        let window = last.window.clone();
        block.push(Step { line, window, command: Some(command.to_owned()), ..Step::default() });
    } else if let Some(command) = last.command.as_mut().filter(|command| command.ends_with('\\')) {
        command.push('\n');
        command.push_str(text);
    } else if let Some(answer) = text.strip_prefix("> ") {
        last.answer = Some(answer.to_owned());
    } else if let Some(status) = text.strip_prefix("? ") {
        last.status = status.parse().unwrap();
    } else {
        last.expected.push_str(text);
        last.expected.push('\n');
    }
}

#[test]
fn a_page_is_read_as_it_is_written() {
    let page = "\
Text.\n```sh\n$ not run\n```\n```console\n$ one \\\n    two\n? 1\nout\n\n[..] more\n$ three\n> y\nso\n```\n```console terminal-2\nlater\n```\n```toml a.toml\n$ = 1\n```\n```toml\nread\n```\n";
    let step = |line, window: Option<&str>, command: Option<&str>, status, expected: &str| Step {
        line,
        window: window.map(str::to_owned),
        command: command.map(str::to_owned),
        status,
        expected: expected.to_owned(),
        saved_as: None,
        answer: None,
    };
    let file = Step { saved_as: Some("a.toml".into()), ..step(19, None, None, 0, "$ = 1\n") };
    let expected = [
        step(6, None, Some("one \\\n    two"), 1, "out\n\n[..] more\n"),
        Step { answer: Some("y".into()), ..step(12, None, Some("three"), 0, "so\n") },
        step(16, Some("terminal-2"), None, 0, "later\n"),
        file,
    ];
    assert_eq!(steps(page), expected);
}
