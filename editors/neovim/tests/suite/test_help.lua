-- The help: its tags are unique, every reference leads somewhere, every command, setting and function is in it.
local harness = require("harness")
local eq = MiniTest.expect.equality

local T = MiniTest.new_set()

local function help()
  return table.concat(vim.fn.readfile(harness.plugin .. "/doc/session_memory.txt"), "\n")
end

local function tags()
  local folder = harness.folder("doc")
  vim.uv.fs_copyfile(harness.plugin .. "/doc/session_memory.txt", folder .. "/session_memory.txt")
  vim.cmd.helptags(folder) -- fails where a tag is there twice
  local found = {}
  for _, line in ipairs(vim.fn.readfile(folder .. "/tags")) do
    found[line:match("^[^\t]+")] = true
  end
  return found
end

T["every reference leads somewhere"] = function()
  local own = tags()
  for reference in help():gmatch("|([^|%s]+)|") do
    if not own[reference] then
      eq({ reference, vim.fn.getcompletion(reference, "help")[1] ~= nil }, { reference, true })
    end
  end
end

T["every subcommand, map, setting and function is in it"] = function()
  local own, text = tags(), help()
  for _, name in ipairs(require("session_memory.command").names) do
    eq({ name, own[":SessionMemory-" .. name] }, { name, true })
  end
  vim.cmd.source(harness.plugin .. "/plugin/session_memory.lua")
  for _, map in ipairs(vim.api.nvim_get_keymap("n")) do
    if vim.startswith(map.lhs, "<Plug>(session-memory") then
      eq({ map.lhs, text:find(map.lhs, 1, true) ~= nil }, { map.lhs, true })
    end
  end
  local settings = vim.tbl_keys(require("session_memory.config").get())
  for _, name in ipairs(vim.list_extend(settings, { "bin", "credentials" })) do
    eq({ name, text:find("\n" .. name .. "%s") ~= nil }, { name, true })
  end
  for _, name in ipairs({ "append", "compact", "compact_sync" }) do
    eq(own["session_memory:" .. name .. "()"], true)
  end
end

T["lines fit a help window"] = function()
  for number, line in ipairs(vim.fn.readfile(harness.plugin .. "/doc/session_memory.txt")) do
    local width = vim.fn.strdisplaywidth(line)
    eq({ number, width <= 84 and width or line }, { number, width })
  end
end

return T
