-- `compact [session]`: where this Neovim feeds the conversation it is compacted in place; otherwise its user chooses where the compacted
-- context goes: back into its agent (agent.lua) or elsewhere (delivery.lua). `compact!` shows the answer in a buffer and applies nothing.
local M = { complete = require("session_memory.command").session_ids }

local function tokens(n)
  return tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
end

---@param result table
---@return string
function M.summary(result)
  if not result.compacted then
    return "nothing to gain: " .. (result.reason or "the context is small already")
  end
  return ("%s → %s tokens in %.1f ms"):format(
    tokens(result.tokensBefore),
    tokens(result.tokensAfter),
    result.elapsedMicros / 1000
  )
end

---@param target session_memory.Target
---@param apply boolean
local function elsewhere(target, apply)
  local params = { sessionId = target.id, format = "markdown", apply = false }
  local client = require("session_memory.client")
  local say = require("session_memory.say")
  client.request(target.root, "compact", params, function(err, result)
    if err then
      return say.failed("compact " .. target.id, err)
    end
    local content = { text = result.markdown or "", session = target.id, root = target.root, result = result }
    if not apply then
      require("session_memory.delivery").deliver("buffer", content, function() end)
      return say.answer("preview, nothing is applied: " .. M.summary(result))
    end
    require("session_memory.agent").ways(target, function(ways)
      require("session_memory.delivery").choose(content, ways, function(problem, done, applied)
        if problem then
          return say.failed("compact " .. target.id, problem)
        elseif applied then
          return say.answer(done)
        end
        -- The live context becomes the result only now that somebody has taken it.
        client.request(target.root, "compact", vim.tbl_extend("force", params, { apply = true }), function(failed)
          if failed then
            return say.failed("compact " .. target.id, failed)
          end
          say.answer(("%s, %s"):format(M.summary(result), done))
        end)
      end)
    end)
  end)
end

---@param args session_memory.Args
function M.run(args)
  require("session_memory.target").get(args.words[1], function(target)
    local fed = require("session_memory.session").known(target.root, target.id)
    if fed and fed.opts.compact and not args.bang then
      fed.opts.compact(function(problem, text)
        local say = require("session_memory.say")
        if problem then
          return say.failed("compact " .. target.id, problem)
        end
        say.answer(text or "compacted")
      end)
    else
      elsewhere(target, not args.bang)
    end
  end)
end

return M
