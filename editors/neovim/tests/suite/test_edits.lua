-- The user edits the memory in Neovim while the memory is updated: nothing typed is lost, nothing is asked, however Neovim saves.
local harness = require("harness")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({
  parametrize = { { "yes" }, { "no" }, { "auto" } },
  hooks = {
    pre_case = function()
      child = harness.child()
    end,
    post_case = function()
      child.stop()
    end,
  },
})

local function open(backupcopy)
  child.o.backupcopy = backupcopy
  child.feed("talk", harness.conversation(30))
  child.cmd("SessionMemory open talk")
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
  child.wait([[vim.fn.search("^## User Intent", "nw") > 0]])
end

local function text()
  return table.concat(child.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
end

local function on_disk()
  return table.concat(vim.fn.readfile(child.api.nvim_buf_get_name(0)), "\n")
end

---Writes a line under a heading, as a user does.
local function type_line(line)
  child.cmd([[call search("^## User Intent")]])
  child.type_keys("o", "- " .. line, "<Esc>")
end

---Saves as a user does. A question would leave Neovim waiting for a key.
local function save()
  child.type_keys(":write<CR>")
  eq(child.is_blocked(), false)
end

local function has(where, line)
  return where:find("- " .. line, 1, true) ~= nil
end

local function until_on_disk(...)
  local lines = { ... }
  local held = vim.wait(10000, function()
    return vim.iter(lines):all(function(line)
      return on_disk():find(line, 1, true) ~= nil
    end)
  end, 20)
  if not held then
    error("not in the file: " .. vim.inspect(lines) .. "\n" .. on_disk(), 2)
  end
end

T["a new version is read in where nothing is unsaved"] = function(backupcopy)
  open(backupcopy)
  child.feed("talk", harness.conversation(60))
  child.ask("refresh", { sessionId = "talk" })
  child.wait([[vim.fn.search("src/export_60.py", "nw") > 0]])
  eq(child.bo.modified, false)
end

T["what is typed and not saved stands through an update, and both are there after the save"] = function(backupcopy)
  open(backupcopy)
  type_line("typed by hand")
  child.feed("talk", harness.conversation(60))
  local refreshed = child.ask("refresh", { sessionId = "talk" })
  eq(refreshed.revision > 1, true)
  eq(has(text(), "typed by hand"), true)
  eq(child.bo.modified, true)
  child.cmd("write")
  until_on_disk("- typed by hand", "src/export_60.py")
  child.wait([[vim.fn.search("typed by hand", "nw") > 0 and vim.fn.search("src/export_60.py", "nw") > 0]])
  eq(child.bo.modified, false)
end

T["a save over a version that came unnoticed asks nothing and loses neither"] = function(backupcopy)
  open(backupcopy)
  -- No notification is heard: as when the update falls between the last key and the save.
  child.lua([[require("session_memory.buffer").changed_on_disk = function() end]])
  child.lua([[for _, c in ipairs(vim.lsp.get_clients({ bufnr = 0 })) do vim.lsp.buf_detach_client(0, c.id) end]])
  child.feed("talk", harness.conversation(60))
  child.ask("refresh", { sessionId = "talk" })
  until_on_disk("src/export_60.py")
  type_line("typed in between")
  eq(has(text(), "src/export_60.py"), false)
  save()
  until_on_disk("- typed in between", "src/export_60.py")
end

T["saves and updates by turns"] = function(backupcopy)
  open(backupcopy)
  for round = 1, 5 do
    type_line("round " .. round)
    child.feed("talk", harness.conversation(30 + round * 10))
    child.lua([[require("session_memory.client").request(nil, "refresh", { sessionId = "talk" }, function() end)]])
    save()
  end
  child.ask("refresh", { sessionId = "talk" })
  until_on_disk("- round 1", "- round 2", "- round 3", "- round 4", "- round 5", "src/export_80.py")
  child.wait([[vim.fn.search("src/export_80.py", "nw") > 0]])
end

T["a deleted line stays away"] = function(backupcopy)
  open(backupcopy)
  child.cmd([[g/src\/export_7\.py/d]])
  child.cmd("write")
  child.feed("talk", harness.conversation(60))
  child.ask("refresh", { sessionId = "talk" })
  until_on_disk("src/export_60.py")
  eq(on_disk():find("src/export_7.py", 1, true), nil)
end

return T
