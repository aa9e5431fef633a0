"""PostgreSQL: the only room that speaks SQL. Named statements live in .sql files beside the module that runs them."""
