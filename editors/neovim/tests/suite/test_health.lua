-- :checkhealth says what is right, and for each thing that is wrong what to do.
local harness = require("harness")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({ hooks = {
  post_case = function()
    child.stop()
  end,
} })

local function health()
  child.cmd("checkhealth session_memory")
  return table.concat(child.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
end

local function has(text, wanted)
  if not text:find(wanted, 1, true) then
    error(("not in the report: %s\n%s"):format(wanted, text), 2)
  end
end

T["all is well"] = function()
  child = harness.child()
  child.feed("talk", harness.conversation(2))
  local text = health()
  has(text, harness.server)
  has(text, "protocol 1, prose by extractive")
  has(text, "1 sessions in this workspace")
  has(text, child.state .. " can be written")
  has(text, "codecompanion: not installed")
  eq(text:find("ERROR", 1, true), nil)
  eq(text:find("WARNING", 1, true), nil)
end

T["no program"] = function()
  child = harness.child({ bin = false, env = { PATH = "/nowhere" } })
  local text = health()
  has(text, "is not on PATH and not in the plugin's bin/")
  has(text, ":SessionMemory build")
end

T["settings that are not accepted"] = function()
  child = harness.child({ config = "picker = 'emacs', nothing = 1" })
  local text = health()
  has(text, 'vim.g.session_memory: `picker` is "emacs", wanted: auto, select, telescope, fzf_lua or snacks')
  has(text, "there is no setting `nothing`")
end

T["chats that are there"] = function()
  local here = harness.plugin .. "/tests/standins/"
  child = harness.child({
    rtp = here .. "codecompanion.nvim:" .. here .. "CopilotChat.nvim",
    config = "chats = { copilotchat = false }",
  })
  local text = health()
  has(text, "codecompanion 19.22.0: its extension is not turned on")
  has(text, "copilotchat 4.7.4: turned off")
end

return T
