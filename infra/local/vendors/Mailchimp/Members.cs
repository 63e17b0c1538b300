using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Members as the API shows and takes them.</summary>
internal static class Members
{
    /// <summary>Who does what comes by the API.</summary>
    public const string ByApi = "api";

    private const int TagsShown = 50;

    /// <summary>By contact id, hash or address.</summary>
    public static SimRecord? Find(SimAccount account, SimRecord list, string name)
    {
        var table = account.Table(Kinds.Members);
        if (account.Find([Kinds.Members], name) is { } contact)
            return Equals(contact["list_id"], list.Id) ? contact : null;
        var hash = name.Contains('@', StringComparison.Ordinal) ? Kinds.HashOf(name) : name;
        return table.Truth.WithValue(table.Kind.Shape.Slot("hash"), hash).FirstOrDefault(member => Equals(member["list_id"], list.Id));
    }

    public static IResult Page(SimAccount account, SimRecord list, IQueryCollection query)
    {
        var format = account.System.Format;
        var (count, offset) = Api.Paging(account.System.Settings, query);
        var table = account.Table(Kinds.Members);
        var isByTime = query["sort_field"] == "last_changed";
        var index = table.Visible(account.System.Now);
        IEnumerable<SimRecord> rows = isByTime ? index.ByModified : index.ByNumber;
        rows = rows.Where(member => Equals(member["list_id"], list.Id));
        if (query["sort_dir"] == "DESC")
            rows = rows.Reverse();
        if (query["since_last_changed"] is [{ Length: > 0 } text])
        {
            if (!format.TryTime(text, out var since))
                return Problem.Invalid([new SimProblem("since_last_changed", "Please provide a valid date and time.")]);
            var isExclusive = account.System.Settings.Switches[Vendor.SinceIsExclusive];
            rows = rows.Where(member => isExclusive ? member.Modified > since : member.Modified >= since);
        }

        rows = query["status"] is [{ Length: > 0 } status] ? rows.Where(member => StatusOf(member) == status) : rows.Where(member => member["archived"] is not true);
        var without = query["exclude_fields"].ToString().Split(',').Where(path => path.StartsWith("members.", StringComparison.Ordinal)).Select(path => path["members.".Length..]).ToHashSet();
        var only = query["fields"].ToString().Split(',').Where(path => path.StartsWith("members.", StringComparison.Ordinal)).Select(path => path["members.".Length..]).ToHashSet();
        var found = rows.ToArray();
        return SimJson.Of(200, new JsonObject
        {
            ["members"] = new JsonArray([.. found.Skip(offset).Take(count).Select(member => Cut(Json(account, list, member)))]),
            ["list_id"] = list.Id,
            ["total_items"] = found.Length,
        });

        JsonObject Cut(JsonObject member)
        {
            foreach (var name in member.Select(property => property.Key).Where(name => without.Contains(name) || (only.Count > 0 && !only.Contains(name))).ToArray())
                member.Remove(name);
            return member;
        }
    }

    public static string StatusOf(SimRecord member) => member["archived"] is true ? "archived" : (string)member["status"]!;

    public static JsonObject Json(SimAccount account, SimRecord list, SimRecord member)
    {
        var (email, tags) = ((string)member["email_address"]!, TagsOf(member));
        return new JsonObject
        {
            ["id"] = (string)member["hash"]!,
            ["email_address"] = email,
            ["unique_email_id"] = Kinds.HashOf($"unique {email}")[..10],
            ["contact_id"] = member.Id,
            ["full_name"] = $"{member["FNAME"]} {member["LNAME"]}".Trim(),
            ["web_id"] = member.Number,
            ["email_type"] = "html",
            ["status"] = StatusOf(member),
            ["unsubscribe_reason"] = (string?)member["unsubscribe_reason"],
            ["merge_fields"] = Merges(account, list, member),
            ["stats"] = new JsonObject { ["avg_open_rate"] = 0, ["avg_click_rate"] = 0 },
            ["timestamp_signup"] = account.System.Format.Time(member.Created),
            ["last_changed"] = account.System.Format.Time(member.Modified),
            ["language"] = (string?)member["language"] ?? "",
            ["vip"] = member["vip"] is true,
            ["source"] = (string?)member["source"],
            ["tags_count"] = tags.Length,
            ["tags"] = new JsonArray([.. tags.Take(TagsShown).Select((tag, at) => new JsonObject { ["id"] = at + 1, ["name"] = tag })]),
            ["last_note"] = member["last_note"] is JsonElement note ? JsonObject.Create(note) : null,
            ["list_id"] = list.Id,
        };
    }

    public static string[] TagsOf(SimRecord member) => member["tags"] as string[] ?? [];

    public static JsonObject Merges(SimAccount account, SimRecord list, SimRecord member)
    {
        var merges = new JsonObject();
        foreach (var field in Kinds.In(account, Kinds.MergeFields, list))
        {
            var tag = (string)field["tag"]!;
            merges[tag] = tag switch
            {
                Kinds.Address when member[tag] is object?[] parts && parts.Any(part => part is string { Length: > 0 }) =>
                    new JsonObject(Kinds.AddressParts.Select((name, at) => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(parts[at] as string ?? "")))),
                Kinds.Address => "",
                _ when Kinds.Shown.Contains(tag) => (string?)member[tag] ?? "",
                _ => member["more"] is JsonElement { ValueKind: JsonValueKind.Object } more && more.TryGetProperty(tag, out var value) ? JsonNode.Parse(value.GetRawText()) : "",
            };
        }

        return merges;
    }

    public static IResult Create(SimAccount account, SimRecord list, JsonElement body, bool skips)
    {
        if (Text(body, "email_address") is not { Length: > 0 } email)
            return Problem.Invalid([new SimProblem("email_address", "This value should not be blank.")]);
        if (Find(account, list, email) is { } there && (there["archived"] is not true || !account.System.Settings.Switches[Vendor.ArchivedIsNew]))
            return Problem.Of(400, Problem.Exists, $"{email} is already a list member. Use PUT to insert or update list members.");
        return Put(account, list, email, body, skips);
    }

    public static IResult Put(SimAccount account, SimRecord list, string name, JsonElement body, bool skips)
    {
        var email = Text(body, "email_address") ?? (name.Contains('@', StringComparison.Ordinal) ? name : null);
        var member = Find(account, list, name);
        var status = Text(body, "status");
        var ifNew = Text(body, "status_if_new");
        if (member is not null)
        {
            var returns = member["archived"] is true && status is null && account.System.Settings.Switches[Vendor.ArchivedIsNew] ? ifNew : null;
            return Change(account, list, member, body, skips, returns);
        }

        if (email is not { Length: > 0 } || (ifNew ?? status) is not { } first)
            return Problem.Invalid([new SimProblem(email is null ? "email_address" : "status_if_new", "This value should not be blank.")]);
        if (list["forgotten"] is string[] forgotten && forgotten.Contains(Kinds.HashOf(email)))
            return Problem.Of(400, "Forgotten Email Not Subscribed", $"{email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list.");
        var draft = Draft(account, list, null, body, skips, out var problems);
        if (Status(first, draft) is { } wrong)
            problems.Add(wrong);
        if (problems.Count > 0)
            return Problem.Invalid(problems);
        draft["email_address"] = email;
        draft["list_id"] = list.Id;
        draft["source"] ??= "API - Generic";
        return Written(account, list, account.Create(account.System.Kind(Kinds.Members)!, draft.Deserialize<JsonElement>(), by: ByApi));
    }

    /// <param name="returns">The status with which an archived member comes back although nobody asked for it.</param>
    public static IResult Change(SimAccount account, SimRecord list, SimRecord member, JsonElement body, bool skips, string? returns = null)
    {
        var draft = Draft(account, list, member, body, skips, out var problems);
        if (Text(body, "email_address") is { } email)
            draft["email_address"] = email;
        if ((Text(body, "status") ?? returns) is { } status && Status(status, draft) is { } wrong)
            problems.Add(wrong);
        if (problems.Count > 0)
            return Problem.Invalid(problems);
        if (draft["status"]?.ToString() is "subscribed" or "pending" && member["status"] is "unsubscribed" or "cleaned" && account.System.Settings.Switches[Vendor.RefusesResubscription])
            return Problem.Of(400, Problem.Compliance, $"{member["email_address"]} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.");
        return Changes(member, draft) ? Written(account, list, account.Update(member.Kind, member.Id, draft.Deserialize<JsonElement>(), ByApi)) : SimJson.Of(200, Json(account, list, member));
    }

    public static IResult Archive(SimAccount account, SimRecord member)
    {
        if (member["archived"] is true)
            return Problem.Of(405, "This list member cannot be removed. Please contact support.");
        account.Update(member.Kind, member.Id, JsonSerializer.SerializeToElement(new { archived = true }), ByApi);
        return Results.NoContent();
    }

    public static IResult Forget(SimAccount account, SimRecord list, SimRecord member)
    {
        account.Set(list, "forgotten", (string[])[.. list["forgotten"] as string[] ?? [], (string)member["hash"]!]);
        account.Delete(member.Kind, member.Id, ByApi);
        return Results.NoContent();
    }

    public static IResult Tags(SimRecord member, IQueryCollection query)
    {
        var all = TagsOf(member);
        var count = int.TryParse(query["count"], out var asked) && asked > 0 ? asked : 10;
        return SimJson.Of(200, new Dictionary<string, object> { ["tags"] = all.Take(count).Select((tag, at) => new { Id = at + 1, Name = tag }).ToArray(), ["total_items"] = all.Length });
    }

    public static IResult Tag(SimAccount account, SimRecord member, JsonElement body)
    {
        if (!body.TryGetProperty("tags", out var changes) || changes.ValueKind != JsonValueKind.Array)
            return Problem.Invalid([new SimProblem("tags", "This value should not be blank.")]);
        var tags = TagsOf(member).ToList();
        foreach (var change in changes.EnumerateArray())
        {
            if (Text(change, "name") is not { Length: > 0 } name)
                return Problem.Invalid([new SimProblem("tags.name", "This value should not be blank.")]);
            tags.Remove(name);
            if (Text(change, "status") == "active")
                tags.Add(name);
        }

        SetTags(account, member, tags);
        return Results.NoContent();
    }

    public static void SetTags(SimAccount account, SimRecord member, IEnumerable<string> tags)
    {
        string[] all = [.. tags.Distinct(StringComparer.Ordinal)];
        if (!all.ToHashSet().SetEquals(TagsOf(member)))
            account.Update(member.Kind, member.Id, JsonSerializer.SerializeToElement(new { tags = all }), ByApi);
    }

    public static IResult Note(SimAccount account, SimRecord member, JsonElement body)
    {
        var note = new Dictionary<string, object?> { ["note_id"] = account.Next("notes"), ["created_at"] = account.System.Format.Time(account.System.Now), ["created_by"] = "API", ["note"] = Text(body, "note") };
        account.Update(member.Kind, member.Id, JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["last_note"] = note }), ByApi);
        return SimJson.Of(200, note);
    }

    public static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static SimProblem? Status(string status, JsonObject draft)
    {
        if (!Kinds.Statuses.Contains(status))
            return new SimProblem("status", $"Value must be one of: {string.Join(", ", Kinds.Statuses)}.");
        draft["status"] = status;
        draft["archived"] = false;
        return null;
    }

    /// <summary>What a body says of a member, but for its status and address.</summary>
    private static JsonObject Draft(SimAccount account, SimRecord list, SimRecord? member, JsonElement body, bool skips, out List<SimProblem> problems)
    {
        problems = [];
        var draft = new JsonObject();
        foreach (var name in new[] { "language", "vip" })
        {
            if (body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                draft[name] = JsonNode.Parse(value.GetRawText());
        }

        // Tags of a member that is there already are another call's.
        if (member is null && body.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array)
            draft["tags"] = new JsonArray([.. tags.EnumerateArray().Select(tag => JsonValue.Create(tag.ValueKind == JsonValueKind.String ? tag.GetString() : Text(tag, "name")))]);
        var known = Kinds.In(account, Kinds.MergeFields, list);
        var more = member?["more"] is JsonElement { ValueKind: JsonValueKind.Object } old ? JsonObject.Create(old)! : [];
        var given = body.TryGetProperty("merge_fields", out var merges) && merges.ValueKind == JsonValueKind.Object ? merges.EnumerateObject().ToArray() : [];
        foreach (var merge in given)
        {
            if (known.FirstOrDefault(field => Equals(field["tag"], merge.Name)) is not { } field)
            {
                problems.Add(new SimProblem($"merge_fields.{merge.Name}", "There is no such merge field in this audience."));
                continue;
            }

            if (Wrong(field, merge.Value, skips) is { } wrong)
                problems.Add(new SimProblem(merge.Name, wrong));
            else if (merge.Name == Kinds.Address)
                draft[merge.Name] = new JsonObject(Kinds.AddressParts.Select(part => KeyValuePair.Create(part, (JsonNode?)JsonValue.Create(merge.Value.ValueKind == JsonValueKind.Object ? Text(merge.Value, part) ?? "" : ""))));
            else if (Kinds.Shown.Contains(merge.Name))
                draft[merge.Name] = merge.Value.ToString();
            else
                more[merge.Name] = JsonNode.Parse(merge.Value.GetRawText());
        }

        if (more.Count > 0)
            draft["more"] = more;
        if (!skips && member is null)
        {
            problems.AddRange(known.Where(field => field["required"] is true && !given.Any(merge => merge.Name.Equals(field["tag"]) && merge.Value.ToString().Length > 0))
                .Select(field => new SimProblem((string)field["tag"]!, "Please enter a value")));
        }

        return draft;
    }

    private static string? Wrong(SimRecord field, JsonElement value, bool skips) => (string)field["type"]! switch
    {
        "number" when value.ValueKind != JsonValueKind.Number && value.ToString() is { Length: > 0 } text && !decimal.TryParse(text, out _) => "Please enter a number",
        "address" when value.ValueKind == JsonValueKind.Object => !skips && new[] { "addr1", "city", "state", "zip" }.Any(part => Text(value, part) is not { Length: > 0 }) ? "Please enter a complete address" : null,
        "address" when value.ToString().Length > 0 => "Please enter a complete address",
        _ when value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null => "Data did not match any of the schemas described in anyOf.",
        _ when value.ToString().Length > 255 => "Please enter 255 characters at most",
        _ => null,
    };

    private static bool Changes(SimRecord member, JsonObject draft)
    {
        var values = (object?[])member.Values.Clone();
        var problems = new List<SimProblem>();
        member.Kind.Shape.Read(draft.Deserialize<JsonElement>(), values, problems);
        return problems.Count > 0 || values.Index().Any(value => !Same(value.Item, member.Values[value.Index]));
    }

    private static bool Same(object? one, object? other) => (one, other) switch
    {
        (object?[] parts, object?[] others) => parts.SequenceEqual(others),
        (JsonElement json, JsonElement before) => JsonElement.DeepEquals(json, before),
        (null or "", null or "") => true,
        _ => Equals(one, other),
    };

    private static IResult Written(SimAccount account, SimRecord list, SimOutcome outcome) => outcome switch
    {
        { Record: { } record } => SimJson.Of(200, Json(account, list, record)),
        _ when outcome.Problems.Any(problem => problem.Message == Problem.Exists) => Problem.Of(400, Problem.Exists, "Another member of this audience has this address."),
        _ => Problem.Invalid(outcome.Problems),
    };
}
