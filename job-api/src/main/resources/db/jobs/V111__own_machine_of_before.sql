-- The portal's own machine is the first that ever joined where nobody has noted it yet.
UPDATE node SET own = TRUE
  WHERE id = (SELECT MIN(id) FROM node WHERE token_hash NOT LIKE 'engine:%')
    AND NOT EXISTS (SELECT 1 FROM node WHERE own);
