-- A title for comparing: letters and digits alone, lower case, one blank between words. A blank stands
-- for punctuation, so that 1.5 and 15 stay apart.
-- parameters: title
-- returns: varchar; NULL where no letter or digit is in it
nullif(trim(regexp_replace(lower(nfc_normalize(title)), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '')
