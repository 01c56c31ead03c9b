-- What the user sees, compared with reference screens (tests/screenshots): the status window, a list, two revisions side by side.
local harness = require("harness")

local child
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      child = harness.child()
    end,
    post_case = function()
      child.stop()
    end,
  },
})

local function revision(number)
  child.wait(([[(function()
    local known = require("session_memory.state").get(require("session_memory.target").root())
    return known and known.memory and known.memory.revision == %d
  end)()]]):format(number))
end

---Compares text only: the colours of Neovim's default scheme are its own matter.
local function looks_like(name)
  local path = harness.plugin .. "/tests/screenshots/" .. name
  -- Without one mini.test would take what it sees for the reference.
  if not vim.uv.fs_stat(path) and not os.getenv("SM_NEW_SCREENS") then
    error(path .. " is missing. SM_NEW_SCREENS=1 tests/run screens makes it anew")
  end
  local screen = child.get_screenshot()
  MiniTest.expect.reference_screenshot(screen, path, { ignore_attr = true })
end

---A life of two teeth: it grows, is compacted, grows again.
local function life()
  child.feed("talk", harness.conversation(40), { context_limit = 60000, agent = "claude-code" })
  revision(1)
  child.ask("compact", { sessionId = "talk" })
  child.feed("talk", harness.conversation(60))
  revision(2)
end

T["status"] = function()
  life()
  child.cmd("SessionMemory status")
  child.wait([[vim.api.nvim_win_get_config(0).relative == "editor"]])
  looks_like("status")
end

-- The list of vim.ui.select waits for a key and answers nothing meanwhile, so it runs in a second Neovim, inside a terminal of the first.
T["sessions"] = function()
  child.feed(
    "export-to-utc",
    harness.conversation(40, "2026-11-24T10:00:00Z"),
    { context_limit = 60000, agent = "claude-code" }
  )
  revision(1)
  child.feed(
    "weekly-report",
    harness.conversation(10, "2026-11-25T10:00:00Z"),
    { context_limit = 60000, agent = "codecompanion" }
  )
  child.lua(
    [[local args = ...
      local command = vim.list_extend({ vim.v.progpath }, args)
      vim.cmd.enew()
      vim.o.laststatus, vim.o.cmdheight = 0, 1
      vim.fn.termopen(command)
      _G.job = vim.b.terminal_job_id]],
    { harness.args(child) }
  )
  local function shows(text)
    child.wait(("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), ' '):find(%q, 1, true)"):format(text))
  end
  shows("[No Name]")
  child.lua([[vim.fn.chansend(_G.job, ':SessionMemory sessions\r')]])
  shows("Type number and <Enter>")
  looks_like("sessions")
  child.lua("vim.fn.jobstop(_G.job)")
end

T["diff"] = function()
  life()
  child.cmd("SessionMemory diff 1 2")
  child.wait([[#vim.tbl_filter(function(w) return vim.wo[w].diff end, vim.api.nvim_tabpage_list_wins(0)) == 2]])
  looks_like("diff")
end

return T
