"""Recipes for charts. Each takes the columns it draws by name and returns drawings; none computes a result."""
