-- What was said in reviews: notes, decisions and actions, each at a step of the meeting.
-- grain: remark_id
-- column: review_id | review it was said in
-- column: remark_id | the remark
-- column: step | start, moved, company, department:NAME or end
-- column: kind | note, decision or action
-- column: remark | the words, as they were written
-- column: item_id | objective it is about; NULL where it is about the step as a whole
-- column: owner | who is to do it; NULL where nobody is named
-- column: due | day by which; NULL where none is named
-- column: written_by | who wrote it down
-- column: written_at | when, as text
-- assert: kind in ('note', 'decision', 'action')
with newest as (
    select *
    from journal.review_remark_row
    qualify row_number() over (partition by remark_id order by seq desc) = 1
)
select review_id, remark_id, step, kind, remark, item_id, owner, due, written_by, written_at
from newest
where remark is not null
