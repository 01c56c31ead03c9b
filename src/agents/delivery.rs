//! The ways by which a compacted context gets back into an agent. None of them asks a model.

use super::Agent;

/// A way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The user clears the context; the hook gives the compacted one to the session that begins.
    Clear,
    /// A session with the compacted context is made, and the agent resumes it.
    Resume,
    /// At the end of its next turn the agent clears its context and goes on with the compacted one.
    NextTurn,
    /// The next chat that is begun in the workspace begins with it.
    NewChat,
}

impl Way {
    /// Those that an agent has, the most thorough last; the first one always works where hooks do.
    pub fn of(agent: Agent) -> &'static [Way] {
        match agent {
            Agent::ClaudeCode | Agent::Codex => &[Way::Clear, Way::Resume],
            Agent::Gemini => &[Way::NextTurn],
            Agent::Copilot | Agent::Cursor => &[Way::NewChat],
            // It only lets a context be added, never replaced.
            Agent::Cline => &[],
        }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Way::Clear => "clear",
            Way::Resume => "resume",
            Way::NextTurn => "next-turn",
            Way::NewChat => "new-chat",
        }
    }

    /// The way of a name.
    pub fn from_name(name: &str) -> Option<Way> {
        [Way::Clear, Way::Resume, Way::NextTurn, Way::NewChat].into_iter().find(|way| way.name() == name)
    }

    /// What it is to the user, in a few words.
    pub fn title(self, agent: Agent) -> String {
        let agent = agent.title();
        match self {
            Way::Clear => format!("Clear the context of {agent} and give it the memory"),
            Way::Resume => format!("Make a compacted session that {agent} resumes"),
            Way::NextTurn => format!("{agent} goes on with the memory after its next turn"),
            Way::NewChat => format!("Begin the next chat of {agent} with the memory"),
        }
    }

    /// What the user does, where nobody can do it for them. `session` is the one to resume.
    pub fn tell(self, agent: Agent, session: Option<&str>) -> String {
        match (self, agent, session) {
            (Way::Clear, ..) => {
                format!("Type /clear in {}: it goes on with the memory and the newest messages.", agent.title())
            }
            (Way::Resume, Agent::Codex, Some(session)) => {
                format!("Run: codex resume {session}")
            }
            (Way::Resume, _, Some(session)) => {
                format!("Type /resume {session} in {}, or run: claude --resume {session}", agent.title())
            }
            (Way::Resume, _, None) => "Resume the session.".to_owned(),
            (Way::NextTurn, ..) => format!(
                "{} clears its context at the end of its next turn, within ten minutes, and goes on with the memory.",
                agent.title()
            ),
            (Way::NewChat, ..) => format!(
                "Begin a new chat in {} within ten minutes: it starts with the memory and the newest messages.",
                agent.title()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_a_name_and_words() {
        for agent in Agent::ALL {
            for way in Way::of(agent) {
                assert_eq!(Way::from_name(way.name()), Some(*way));
                assert!(way.title(agent).contains(agent.title()));
                let told = way.tell(agent, Some("1-2"));
                assert!(told.contains(agent.title()) || told.contains("1-2"), "{told}");
            }
        }
        assert_eq!(Way::from_name("magic"), None);
    }
}
