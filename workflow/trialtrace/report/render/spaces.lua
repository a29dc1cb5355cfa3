-- A number and its per cent stay on one line: "95 %" has a space that does not break.

local NBSP = "\u{a0}"

local function ends_in_digit(element)
  return element and element.t == "Str" and element.text:match("%d$")
end

local function begins_with_percent(element)
  return element and element.t == "Str" and element.text:match("^%%")
end

function Inlines(inlines)
  for at = 2, #inlines - 1 do
    local space = inlines[at].t == "Space" or inlines[at].t == "SoftBreak"
    if space and ends_in_digit(inlines[at - 1]) and begins_with_percent(inlines[at + 1]) then
      inlines[at] = pandoc.Str(NBSP)
    end
  end
  return inlines
end
