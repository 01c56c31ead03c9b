-- `[range]pin`: the lines of the range in an open memory file become the user's own: no update drops or rewords them. `pin!` leaves
-- them to the program again. What a line is, and what can be done with it, is the server's to say: its code actions are asked for.
local M = { range = true }

---@param client vim.lsp.Client
---@param row integer from 0
---@param title string
---@param done fun(argument: table?)
local function action_at(client, row, title, done)
  local at = { line = row, character = 0 }
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(0),
    range = { start = at, ["end"] = at },
    context = { diagnostics = {} },
  }
  require("session_memory.protocol").call(client, "request", "textDocument/codeAction", params, function(_, actions)
    for _, action in ipairs(actions or {}) do
      if action.title == title and action.command then
        return done(vim.tbl_get(action, "command", "arguments", 1))
      end
    end
    done(nil)
  end, 0)
end

---@param args session_memory.Args
function M.run(args)
  local say = require("session_memory.say")
  local client = vim.lsp.get_clients({ bufnr = 0, name = "session_memory" })[1]
  if not client then
    return say.answer("pin: this buffer is no memory file. `:SessionMemory open` opens it", vim.log.levels.ERROR)
  end
  local range = args.range or { vim.fn.line("."), vim.fn.line(".") }
  local title = args.bang and "Unpin this line" or "Pin this line"
  local wanted, seen, left = {}, {}, range[2] - range[1] + 1
  local root = require("session_memory.target").root()
  local count = 0
  local function pin_next()
    local argument = table.remove(wanted, 1)
    if not argument then
      return say.answer(
        ("%d %s %s"):format(count, count == 1 and "line" or "lines", args.bang and "unpinned" or "pinned")
      )
    end
    require("session_memory.client").request(root, "pin", argument, function(err)
      if err then
        return say.failed("pin", err)
      end
      count = count + 1
      pin_next()
    end)
  end
  for row = range[1] - 1, range[2] - 1 do
    action_at(client, row, title, function(argument)
      local key = argument and vim.json.encode({ argument.section, argument.text })
      if key and not seen[key] then
        seen[key] = true
        table.insert(wanted, argument)
      end
      left = left - 1
      if left == 0 then
        pin_next()
      end
    end)
  end
end

return M
