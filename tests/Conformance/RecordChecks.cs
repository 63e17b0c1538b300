using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Connectors;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>The rules of records and lists, tried on one kind.</summary>
internal sealed class RecordChecks(Server server, Report report, Samples samples, PartnerManifest manifest, PartnerKind kind)
{
    private const string NeverWas = "never-was-1";
    private const int MostPages = 5000;

    private readonly string _list = $"v1/{kind.Name}";

    public async Task RunAsync()
    {
        await CheckAsync("C7", BadParametersAsync);
        if (kind.ReadOnly)
        {
            await CheckAsync("C3", async () => await WalkAsync("", null));
            return;
        }

        Made? first = null;
        if (!await CheckAsync("D1", async () => first = await CreateAsync()) || first is null)
            return;
        await CheckAsync("D2", RepeatedCreationAsync);
        await CheckAsync("D3", KeyOfAnotherAsync);
        await CheckAsync("D4", () => WrongValuesAsync(async body => await server.PostAsync(_list, body), isNew: true));
        await CheckAsync("E1", () => ValidatorAsync(first));
        await CheckAsync("E2", async () => (await server.GetAsync($"{_list}/{NeverWas}")).ExpectProblem(404));
        await ListsAsync(first);
        await ChangesAsync(first);
        await DeletionsAsync();
    }

    private Task<bool> CheckAsync(string rule, Func<Task> check) => report.CheckAsync(server, rule, check);

    private async Task<Made> CreateAsync()
    {
        var (body, references) = await samples.BodyAsync(kind);
        var answer = (await server.PostAsync(_list, body)).Expect(201);
        var made = samples.Keep(kind, answer, references);
        BrokenException.Unless(answer.Header("ETag") is not null, "The answer has no ETag.");
        BrokenException.Unless(answer.Header("Location") is { } location && new Uri(server.Base, location).AbsolutePath.EndsWith($"/{_list}/{made.Id}", StringComparison.Ordinal), "The Location is not the record's address.");
        foreach (var (name, value) in body)
            BrokenException.Unless(Same(value, made.Json.GetProperty(name)), $"{name} was sent and is not kept.");
        return made;
    }

    private async Task RepeatedCreationAsync()
    {
        var (body, references) = await samples.BodyAsync(kind);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var made = samples.Keep(kind, (await server.PostAsync(_list, body, key)).Expect(201), references);
        var again = (await server.PostAsync(_list, body, key)).Expect(201);
        if (again.Json.GetProperty("id").GetString() == made.Id)
            return;
        samples.Keep(kind, again, references);
        throw new BrokenException("The same Idempotency-Key made a second record.");
    }

    private async Task KeyOfAnotherAsync()
    {
        var (body, references) = await samples.BodyAsync(kind);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        samples.Keep(kind, (await server.PostAsync(_list, body, key)).Expect(201), references);
        var (other, others) = await samples.BodyAsync(kind);
        if (other.ToJsonString() == body.ToJsonString())
            return;
        var answer = await server.PostAsync(_list, other, key);
        if (answer.Status == 201)
            samples.Keep(kind, answer, others);
        answer.ExpectProblem(422, "idempotency-key-reused");
    }

    /// <summary>One thing wrong at a time, so that one that is let through shows.</summary>
    private async Task WrongValuesAsync(Func<JsonObject, Task<Exchange>> send, bool isNew)
    {
        var good = isNew ? (await samples.BodyAsync(kind)).Body : [];
        var wrong = new List<(string Field, JsonNode? Value)> { ("noSuchField", "x"), ("id", "x"), ("version", "x") };
        foreach (var field in kind.Fields.Where(field => !field.ReadOnly))
        {
            wrong.Add((field.Name, field.Type is SystemFieldType.Text or SystemFieldType.Reference ? 17 : "wrong!"));
            if (field.MaxLength is { } max)
                wrong.Add((field.Name, new string('x', max + 1)));
            if (!field.Values.IsEmpty)
                wrong.Add((field.Name, "no such value"));
            if (field.Reference is not null)
                wrong.Add((field.Name, NeverWas));
            if (field.Required)
                wrong.Add((field.Name, null));
        }

        foreach (var field in kind.Fields.Where(field => field.ReadOnly))
            wrong.Add((field.Name, "x"));
        foreach (var (name, value) in wrong)
        {
            var body = good.DeepClone().AsObject();
            body[name] = value;
            var answer = await send(body);
            if (answer.Status == 201)
                samples.Keep(kind, answer, []);
            if (answer.Status != 422)
                throw new BrokenException($"{name} as {(value?.ToJsonString() is { Length: > 30 } text ? $"{text[..30]}…" : value?.ToJsonString() ?? "null")} should be 422 and is {answer.Status}.");
            BrokenException.Unless(
                answer.Json.TryGetProperty("errors", out var errors) && errors.EnumerateArray().Any(error => error.GetProperty("pointer").GetString() == $"#/{name}"),
                $"The errors do not point at #/{name}.");
        }
    }

    private async Task ValidatorAsync(Made made)
    {
        var answer = (await server.GetAsync(made.Path)).Expect(200);
        var tag = answer.Header("ETag") ?? throw new BrokenException("The answer has no ETag.");
        samples.Again(made, answer);
        var same = (await server.GetAsync(made.Path, ("If-None-Match", tag))).Expect(304);
        BrokenException.Unless(same.Body.Length == 0, "A 304 has no body.");
        (await server.GetAsync(made.Path, ("If-None-Match", "\"another\""))).Expect(200);
    }

    private async Task BadParametersAsync()
    {
        foreach (var query in new[] { "noSuchParameter=1", "since=yesterday", "cursor=nonsense", "limit=0", "limit=many" })
            (await server.GetAsync($"{_list}?{query}")).ExpectProblem(400);
    }

    private async Task ListsAsync(Made first)
    {
        var second = await samples.MakeAsync(kind);
        var third = await samples.MakeAsync(kind);
        await SettledAsync(third);
        var since = $"since={Uri.EscapeDataString(first.Modified)}";
        if (kind.ListsChanges)
        {
            await CheckAsync("C1", async () =>
            {
                var all = await WalkAsync(since, null);
                var sorted = all.OrderBy(item => Time(item.GetProperty("modifiedAt"))).ThenBy(item => item.GetProperty("id").GetString(), StringComparer.Ordinal);
                BrokenException.Unless(all.Select(IdOf).SequenceEqual(sorted.Select(IdOf)), "The records are not in the order of (modifiedAt, id).");
            });
            await CheckAsync("C2", async () =>
            {
                var found = (await WalkAsync($"since={Uri.EscapeDataString(second.Modified)}", null)).ToList();
                BrokenException.Unless(found.Any(item => IdOf(item) == second.Id), "A record of exactly that time is missing.");
                BrokenException.Unless(found.TrueForAll(item => Time(item.GetProperty("modifiedAt")) >= DateTimeOffset.Parse(second.Modified, CultureInfo.InvariantCulture)), "There is a record from before that time.");
            });
        }

        var narrow = kind.ListsChanges ? since : "";
        await CheckAsync("C3", async () =>
        {
            foreach (var item in await WalkAsync($"{narrow}&limit=2".TrimStart('&'), null))
                samples.LookAtRecord(kind, item);
        });
        await CheckAsync("C4", () => ChangingListAsync(narrow, [first, second, third]));
        if (kind.Parent is { } parent)
            await CheckAsync("C5", () => InsideAsync(second, third, parent));
        if (kind.Searchable && Changeable() is { Type: SystemFieldType.Text } field)
            await CheckAsync("C6", () => FilterAsync(second, field.Name));
    }

    /// <summary>Between two pages of one record each, the record that was just given is changed, and one is made.</summary>
    private async Task ChangingListAsync(string query, Made[] ours)
    {
        string? moved = null;
        var seen = (await WalkAsync($"{query}&limit=1".TrimStart('&'), async page =>
        {
            if (moved is not null || ours.FirstOrDefault(made => page.Any(item => IdOf(item) == made.Id)) is not { } made || Change() is not { } change)
                return;
            moved = made.Id;
            (await server.PatchAsync(made.Path, change)).Expect(200);
            await samples.MakeAsync(kind);
        })).Select(IdOf).ToList();
        foreach (var made in ours.Where(made => made.Id != moved))
            BrokenException.Unless(seen.Count(id => id == made.Id) == 1, $"{made.Id} stayed as it was and was given {seen.Count(id => id == made.Id)} times.");
        if (moved is not null)
            BrokenException.Unless(seen.LastIndexOf(moved) > seen.IndexOf(moved), $"{moved} was changed during the walk and not given at the end.");
    }

    private async Task InsideAsync(Made here, Made there, string parent)
    {
        var holder = here.Inside(parent) ?? throw new BrokenException($"No required reference leads from {kind.Name} to {parent}.");
        var found = (await WalkAsync($"parent={holder.Id}", null)).Select(IdOf).ToList();
        BrokenException.Unless(found.Contains(here.Id), "A record that lives in it is missing.");
        BrokenException.Unless(!found.Contains(there.Id), "There is a record that lives elsewhere.");
        BrokenException.Unless((await WalkAsync($"parent={NeverWas}", null)).Count == 0, "A record that does not exist holds something.");
    }

    private async Task FilterAsync(Made made, string field)
    {
        var value = made.Json.GetProperty(field).GetString()!;
        foreach (var asked in new[] { value, value.ToUpperInvariant() })
        {
            var found = (await WalkAsync($"{field}={Uri.EscapeDataString(asked)}", null)).Select(IdOf).ToList();
            BrokenException.Unless(found.Contains(made.Id), $"{field}={asked} does not find the record.");
            BrokenException.Unless(found.Count == 1, $"{field}={asked} finds {found.Count} records.");
        }
    }

    private async Task ChangesAsync(Made made)
    {
        if (Change() is not { } change)
            return;
        made = samples.Again(made, (await server.GetAsync(made.Path)).Expect(200));
        var before = made;
        if (!await CheckAsync("F1", async () =>
        {
            var answer = (await server.PatchAsync(before.Path, change)).Expect(200);
            made = samples.Again(before, answer);
            foreach (var field in kind.Fields.Where(field => !field.ReadOnly && !change.ContainsKey(field.Name)))
                BrokenException.Unless(JsonElement.DeepEquals(before.Json.GetProperty(field.Name), made.Json.GetProperty(field.Name)), $"{field.Name} was not sent and has changed.");
            foreach (var (name, value) in change)
                BrokenException.Unless(Same(value, made.Json.GetProperty(name)), $"{name} was sent and is not kept.");
            BrokenException.Unless(made.Version != before.Version, "The version is the same as before.");
            BrokenException.Unless(Time(made.Json.GetProperty("modifiedAt")) >= Time(before.Json.GetProperty("modifiedAt")), "modifiedAt went back.");
        }))
            return;
        await CheckAsync("F2", async () =>
        {
            (await server.PatchAsync(made.Path, Change()!, ("If-Match", before.ETag))).ExpectProblem(412);
            BrokenException.Unless((await server.GetAsync(made.Path)).Json.GetProperty("version").GetString() == made.Version, "It was changed all the same.");
            made = samples.Again(made, (await server.PatchAsync(made.Path, Change()!, ("If-Match", made.ETag))).Expect(200));
        });
        await CheckAsync("F3", async () => (await server.SendAsync(HttpMethod.Patch, made.Path, Server.Json(Change()!, "application/json"))).ExpectProblem(415));
        await CheckAsync("F4", async () =>
        {
            await WrongValuesAsync(async body => await server.PatchAsync(made.Path, body), isNew: false);
            BrokenException.Unless((await server.GetAsync(made.Path)).Json.GetProperty("version").GetString() == made.Version, "Something was changed all the same.");
        });
        await CheckAsync("F5", async () =>
        {
            var same = new JsonObject(change.Select(field => KeyValuePair.Create(field.Key, JsonNode.Parse(made.Json.GetProperty(field.Key).GetRawText()))));
            var answer = (await server.PatchAsync(made.Path, same)).Expect(200);
            BrokenException.Unless(answer.Json.GetProperty("version").GetString() == made.Version, "The version is another.");
            BrokenException.Unless(answer.Json.GetProperty("modifiedAt").GetString() == made.Modified, "modifiedAt is another.");
        });
    }

    private async Task DeletionsAsync()
    {
        var made = await samples.MakeAsync(kind);
        await CheckAsync("G2", async () => (await server.DeleteAsync(made.Path, ("If-Match", "\"another\""))).ExpectProblem(412));
        await CheckAsync("G1", async () =>
        {
            (await server.DeleteAsync(made.Path, ("If-Match", made.ETag))).Expect(204);
            (await server.DeleteAsync(made.Path)).ExpectProblem(410);
        });
        await CheckAsync("E2", async () => (await server.GetAsync(made.Path)).ExpectProblem(410));
        if (kind.Parent is { } parent)
        {
            await CheckAsync("G3", async () =>
            {
                var inside = await samples.MakeAsync(kind);
                (await server.DeleteAsync(inside.Inside(parent)!.Path)).Expect(204);
                (await server.GetAsync(inside.Path)).ExpectProblem(410);
            });
        }
    }

    /// <summary>Lists may lag behind writes, by as much as the manifest says.</summary>
    private async Task SettledAsync(Made last)
    {
        var until = DateTimeOffset.UtcNow + manifest.Limits.ReadLag;
        var query = kind.ListsChanges ? $"since={Uri.EscapeDataString(last.Modified)}" : "";
        while (DateTimeOffset.UtcNow < until && (await WalkAsync(query, null)).All(item => IdOf(item) != last.Id))
            await Task.Delay(TimeSpan.FromMilliseconds(200));
    }

    private async Task<List<JsonElement>> WalkAsync(string query, Func<IReadOnlyList<JsonElement>, Task>? afterPage)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var parameters = $"{query}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}".TrimStart('&');
            var answer = (await server.GetAsync($"{_list}?{parameters}".TrimEnd('?'))).Expect(200).Json;
            var page = answer.GetProperty("items").EnumerateArray().ToList();
            items.AddRange(page);
            cursor = answer.GetProperty("next").GetString();
            if (cursor is null)
                return items;
            BrokenException.Unless(page.Count > 0, "A page that is not the last is empty.");
            if (afterPage is not null)
                await afterPage(page);
        }

        throw new BrokenException($"The walk has not ended after {MostPages} pages.");
    }

    private JsonObject? Change() => Changeable() switch
    {
        null => null,
        { Type: SystemFieldType.Text } text => new JsonObject { [text.Name] = samples.NewText(text) },
        var number => new JsonObject { [number.Name] = Random.Shared.Next(1000) + 0.25m },
    };

    /// <summary>A field that can be set to anything.</summary>
    private PartnerField? Changeable() =>
        kind.Fields.FirstOrDefault(field => field is { ReadOnly: false, Type: SystemFieldType.Text, Values.IsEmpty: true })
        ?? kind.Fields.FirstOrDefault(field => field is { ReadOnly: false, Type: SystemFieldType.Number });

    private static bool Same(JsonNode? sent, JsonElement kept) => sent?.GetValueKind() switch
    {
        null => kept.ValueKind == JsonValueKind.Null,
        JsonValueKind.Number => kept.ValueKind == JsonValueKind.Number && kept.GetDecimal() == sent.GetValue<decimal>(),
        JsonValueKind.String when DateTimeOffset.TryParseExact(sent.GetValue<string>(), "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) => Time(kept) == time,
        _ => JsonElement.DeepEquals(JsonSerializer.SerializeToElement(sent), kept),
    };

    private static string IdOf(JsonElement item) => item.GetProperty("id").GetString()!;

    private static DateTimeOffset Time(JsonElement json) => DateTimeOffset.Parse(json.GetString()!, CultureInfo.InvariantCulture);
}
