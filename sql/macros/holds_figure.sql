-- Whether a title is worded as a quantity: it holds a number that stands by itself or with a unit.
-- Years and numbers within a word (Q4, B2B, CO2, R290) are none.
-- parameters: title
-- returns: boolean; NULL without title
len(list_filter(
    regexp_extract_all(' ' || title || ' ', '[^\p{L}\p{N}.,](\d[\d.,]*)(?:%|[a-zA-Z]{1,2})?(?:[^\p{L}\p{N}]|$)', 1),
    lambda figure: not regexp_full_match(figure, '(19|20)\d\d[.,]?')
)) > 0
