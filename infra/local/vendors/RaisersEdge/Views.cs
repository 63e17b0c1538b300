namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>Records as the API gives them: what is empty is left out, times bear an offset, and a list shows what was true a while ago.</summary>
internal static class Views
{
    /// <summary>The zone of the vendor's times, which is none of the customer's.</summary>
    private static readonly TimeSpan Offset = TimeSpan.FromHours(-5);

    /// <param name="lagging">As lists show it.</param>
    public static Dictionary<string, object?> Constituent(SimAccount account, SimRecord record, bool lagging)
    {
        var view = new Dictionary<string, object?> { ["id"] = record.Id };
        foreach (var name in new[] { "type", "title", "first", "middle", "last", "preferred_name", "suffix", "gender", "birthdate", "inactive" })
            Put(view, name, record[name]);
        Put(view, "lookup_id", record["lookup_id"] ?? record.Id);
        Put(view, "name", Kinds.NameOf(record));
        if (record["type"] is "Individual")
            view["deceased"] = record["deceased"];
        foreach (var (kind, name) in new[] { (Kinds.Emails, "email"), (Kinds.Phones, "phone"), (Kinds.Addresses, "address") })
        {
            if (Kinds.PrimaryOf(lagging ? account.Table(kind).Visible(account.System.Now) : account.Table(kind).Truth, kind, record.Id) is { } row)
                view[name] = Row(row, isInside: true);
        }

        return Dated(view, record);
    }

    public static Dictionary<string, object?> Row(SimRecord row, bool isInside = false)
    {
        var view = new Dictionary<string, object?> { ["id"] = row.Id };
        foreach (var field in row.Kind.Shape.Stored)
            Put(view, field.Name, row[field.Name]);
        if (row.Kind.Name == Kinds.Addresses)
            view["formatted_address"] = string.Join('\n', new[] { row["address_lines"], $"{row["city"]}, {row["state"]}  {row["postal_code"]}", row["country"] });
        if (!isInside)
            return Dated(view, row);
        view.Remove("constituent_id");
        return view;
    }

    public static string Time(DateTimeOffset time) => time.Year < 1700 ? "1600-01-01T00:00:00+00:00" : time.ToOffset(Offset).ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz");

    private static Dictionary<string, object?> Dated(Dictionary<string, object?> view, SimRecord record)
    {
        view["date_added"] = Time(record.Created);
        view["date_modified"] = Time(record.Modified);
        return view;
    }

    private static void Put(Dictionary<string, object?> view, string name, object? value)
    {
        if (value is not (null or ""))
            view[name] = value;
    }
}
