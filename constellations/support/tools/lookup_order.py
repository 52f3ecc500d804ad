def lookup_order(order_id: str, include_items: bool = False) -> str:
    """Look up one order and return its status as a short text.

    The data is made up and depends on the order number alone, so equal questions get equal answers.

    Args:
        order_id (str): Order number as printed on the invoice, for example "BL-10023".
        include_items (bool): Whether to list the articles of the order as well.

    Returns:
        str: One line per fact, or a sentence saying why there is no such order.
    """
    import re

    match = re.fullmatch(r"BL-([0-9]{5})", order_id.strip().upper())
    if match is None:
        return f"'{order_id}' is not an order number. Order numbers look like BL-10023."
    number = int(match.group(1))
    if number < 10000:
        return f"There is no order BL-{number:05d}: numbers start at BL-10000."

    statuses = ("received", "packed", "shipped", "delivered", "returned")
    articles = (("desk lamp", 89), ("power supply", 19), ("clamp", 15), ("spare head", 39))
    items = [articles[(number + step) % len(articles)] for step in range(1 + number % 3)]
    lines = [
        f"order: BL-{number}",
        f"status: {statuses[number % len(statuses)]}",
        f"total: {sum(price for _, price in items)} EUR",
    ]
    if include_items:
        lines += [f"item: {name}, {price} EUR" for name, price in items]
    return "\n".join(lines)
