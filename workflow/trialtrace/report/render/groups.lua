-- Rows of one label in a DOCX or PDF. A cell of the first column that is empty is of the line above: there it
-- becomes one cell over its rows, which stay on one page. A block that is too long for that is cut, and each
-- part has the label again.

local MOST = 24  -- lines of type that stay together

-- Lines of type that a row takes, by the letters that its columns have room for.
local function height(row, room)
  local most = 1
  for column, cell in ipairs(row.cells) do
    local length = utf8.len(pandoc.utils.stringify(cell.contents)) or 0
    most = math.max(most, math.ceil(1.1 * length / math.max(room[column] or 1, 1)))
  end
  return most
end

-- The label once more, without the places that links lead to.
local function again(cell)
  return cell.contents:walk({ Span = function(span)
    span.identifier = ""
    return span
  end })
end

local function is_empty(cell)
  return #cell.contents == 0 or pandoc.utils.stringify(cell.contents) == ""
end

local function joined(rows)
  if #rows > 1 then
    rows[1].cells[1].row_span = #rows
    for at = 2, #rows do
      rows[at].cells:remove(1)
    end
  end
end

-- The rows of a body with their labels over all rows of a block; `room` is the letters of each column.
local function grouped(rows, room)
  local open, lines, label = pandoc.List({}), 0, nil
  for _, row in ipairs(rows) do
    local first, own = row.cells[1], height(row, room)
    if not is_empty(first) or not label then
      joined(open)
      open, lines, label = pandoc.List({}), 0, not is_empty(first) and first or nil
    elseif lines + own > MOST then
      joined(open)
      open, lines = pandoc.List({}), 0
      first.contents = again(label)
    end
    open:insert(row)
    lines = lines + own
  end
  joined(open)
  return rows
end

return { grouped = grouped }
