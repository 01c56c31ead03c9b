//! Where the agent works: the working directory and the branch, as far as the conversation says.

use serde::{Deserialize, Serialize};

/// Directories counted at most.
const MOST: usize = 40;

/// The place of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Directories that the agent named as places, with how often.
    roots: Vec<(String, u32)>,
    /// The last absolute paths of files.
    files: Vec<String>,
    /// The branch that git named last.
    pub branch: Option<String>,
}

impl Place {
    /// A directory was named as the place of work: `cd`, a search's place, a `cwd` input, an environment block.
    pub fn root(&mut self, directory: &str, weight: u32) {
        let directory = directory.trim().trim_end_matches('/').trim_matches(['"', '\'']);
        let depth = directory.bytes().filter(|&byte| byte == b'/').count();
        if !directory.starts_with('/') || depth < 2 || directory.len() > 200 || directory.contains([' ', '\n', '$']) {
            return;
        }
        if let Some(known) = self.roots.iter_mut().find(|(known, _)| known == directory) {
            known.1 = known.1.saturating_add(weight);
        } else if self.roots.len() < MOST {
            self.roots.push((directory.to_owned(), weight));
        }
    }

    /// A file was named by its absolute path.
    pub fn file(&mut self, path: &str) {
        if path.starts_with('/') && path.len() <= 300 && !self.files.iter().any(|file| file == path) {
            if self.files.len() >= MOST {
                self.files.remove(0);
            }
            self.files.push(path.to_owned());
        }
    }

    /// A relative path that ends one of the absolute ones tells where that one begins.
    pub fn relative(&mut self, path: &str) {
        let path = path.trim_start_matches("./");
        if path.starts_with('/') || path.bytes().filter(|&byte| byte == b'/').count() < 2 {
            return;
        }
        let root = self.files.iter().find_map(|file| file.strip_suffix(path)?.strip_suffix('/').map(str::to_owned));
        if let Some(root) = root {
            self.root(&root, 2);
        }
    }

    /// Reads `cd DIR` at the beginning of a command.
    pub fn command(&mut self, command: &str) {
        let directory =
            command.trim_start().strip_prefix("cd ").and_then(|rest| rest.split(['&', ';', '\n', '|']).next());
        if let Some(directory) = directory {
            self.root(directory, 2);
        }
    }

    /// Reads what an environment block or `git status` says.
    pub fn prose(&mut self, text: &str) {
        for line in text.lines().take(200) {
            let line = line.trim();
            let directory = ["Working directory: ", "working directory: ", "cwd: ", "<cwd>", "Current directory: "]
                .iter()
                .find_map(|mark| line.strip_prefix(mark));
            if let Some(directory) = directory {
                self.root(directory.trim_end_matches("</cwd>"), 50);
            }
            let branch = ["On branch ", "Current branch: ", "Switched to branch ", "Switched to a new branch "]
                .iter()
                .find_map(|mark| line.strip_prefix(mark));
            if let Some(branch) = branch
                .map(|branch| branch.trim_matches(['\'', '"', ' ']))
                .filter(|branch| !branch.is_empty() && branch.len() <= 120)
            {
                self.branch = Some(branch.to_owned());
            }
        }
    }

    /// The working directory: the named directory that holds the most files, the shallower one where two hold the same.
    pub fn directory(&self) -> Option<&str> {
        let holds = |root: &str| {
            self.files.iter().filter(|file| file.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))).count()
        };
        let score = |root: &(String, u32)| {
            let held = holds(&root.0);
            let share = if self.files.is_empty() { 1 } else { held };
            (share, root.1, usize::MAX - root.0.len())
        };
        let best = self.roots.iter().max_by_key(|root| score(root))?;
        (self.files.is_empty() || holds(&best.0) > 0).then_some(best.0.as_str())
    }
}
