-- Where two designs differ. `matrix` is matrix.csv; put other designs in the two places.
SELECT one.demand, one.says AS "plain-server", other.says AS "signal-now"
FROM matrix AS one
JOIN matrix AS other ON other.demand = one.demand
WHERE one.design = 'plain-server'
  AND other.design = 'signal-now'
  AND one.state <> other.state
ORDER BY one.demand;
