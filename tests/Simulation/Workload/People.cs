using System.Globalization;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Workload;

/// <summary>What happened that the systems' histories do not show.</summary>
public sealed class Intents
{
    /// <summary>Tokens whose records a person unlinked.</summary>
    public HashSet<string> Unlinked { get; } = [];

    public Steering Steering { get; } = new();

    /// <summary>How the flow was set when; null where that never changed.</summary>
    public SetTimes? Times { get; set; }

    /// <summary>Tokens of records that were made on both sides at once.</summary>
    public HashSet<string> Twins { get; } = [];

    public DateTimeOffset? WentLiveAt { get; set; }

    /// <summary>An import brought what was there before over from left.</summary>
    public bool Imported { get; set; }
}

/// <summary>The people who work in both systems at random, from a seed.</summary>
public sealed class People(FakeWorld world, Random random, Intents intents)
{
    private readonly Values _values = new(random);
    private int _tokens;

    public Intents Intents => intents;

    /// <summary>So many records of a kind are enough.</summary>
    public int Most { get; init; } = 12;

    /// <summary>Off: nobody deletes anything.</summary>
    public bool Deletes { get; init; } = true;

    /// <summary>False while the app has read one side and not yet the other: who is made on both sides then is new twice.</summary>
    public Func<bool> MayMakeTwins { get; init; } = () => true;

    /// <summary>Until when something kept the app from its work, such as a flow that was switched off.</summary>
    public Func<DateTimeOffset> HinderedUntil { get; init; } = () => DateTimeOffset.MinValue;

    public int Edits { get; private set; }

    public void Act()
    {
        Edits++;
        var kind = KindPair.All[random.Next(8) switch { < 4 => 0, < 6 => 1, _ => 2 }];
        var side = AnySide();
        switch (random.Next(100))
        {
            case < 12:
                Create(kind, side);
                break;
            case < 15:
                CreateTwins(kind);
                break;
            case < 62:
                Edit(kind, side);
                break;
            case < 72:
                EditBoth(kind);
                break;
            case < 77:
                if (Any(kind, side) is { } archived) world.On(side).Account.Edit(archived, KindPair.Archived(side, !KindPair.IsArchived(archived)), Actor.User);
                break;
            case < 80:
                if (Deletes && Any(kind, side) is { IsAnchor: false } deleted) world.On(side).Account.Delete(deleted, Actor.User);
                break;
            case < 81:
                if (Deletes) Merge(kind, side);
                break;
            case < 90:
                Refer(side);
                break;
            case < 94:
                Bump(kind, side);
                break;
            case < 95:
                Poison(side);
                break;
            case < 96:
                Forbid(kind, side);
                break;
            default:
                Edit(kind, side);
                Edit(kind, side);
                break;
        }
    }

    /// <summary>People correct what the other system has refused, and give back the rights they took.</summary>
    public void SetRight()
    {
        foreach (var side in Sides.Both)
        {
            world.On(side).ForbiddenKind = null;
            foreach (var kind in KindPair.All)
            {
                foreach (var record in world.On(side).Account.Live(kind.On(side)).Where(record => IsPoison(record.Get(PhoneField(side)))).ToList())
                    world.On(side).Account.Edit(record, FieldSet.Of((PhoneField(side), FieldValue.Of("+44 20 1111"))), Actor.User);
            }
        }
    }

    /// <summary>Records that are there before the flow is.</summary>
    public void Begin(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var kind = KindPair.All[random.Next(KindPair.All.Length)];
            if (random.Next(4) == 0) CreateTwins(kind);
            else Create(kind, AnySide());
        }
    }

    /// <summary>One record of each kind that stays, on both sides: without any the app could tell a deletion from an outage by nothing.</summary>
    public void Anchor()
    {
        foreach (var kind in KindPair.All)
        {
            var token = NewToken();
            foreach (var side in Sides.Both)
            {
                var fields = KindPair.Archived(side, false).With(KindPair.NameField(side), FieldValue.Of($"{token} Anchor")).With(KindPair.CodeField(side), FieldValue.Of($"C-{token}"));
                if (kind == KindPair.Contact) fields = fields.With(side == Side.Left ? "company" : "account", new FieldValue.Reference(world.On(side).Account.Live(KindPair.Company.On(side)).First(record => record.IsAnchor).Id));
                var anchor = world.On(side).Account.Create(kind.On(side), fields, Actor.User);
                anchor.IsAnchor = true;
                anchor.IsAlwaysListed = true;
            }

            intents.Twins.Add(token);
        }
    }

    /// <summary>An edit in the middle of the app's work.</summary>
    public void EditNow() => Edit(KindPair.All[random.Next(KindPair.All.Length)], AnySide());

    private Side AnySide() => random.Next(2) == 0 ? Side.Left : Side.Right;

    private FakeRecord? Any(KindPair kind, Side side) => Pick(world.On(side).Account.Live(kind.On(side)).Where(IsFree).ToList());

    /// <summary>
    /// What the app made without getting an answer it can know again only by its content, and the same goes for what was put into both
    /// systems by name alone: people leave it as it is for a while in which the app is at work.
    /// </summary>
    private bool IsFree(FakeRecord record) =>
        !(record.IsUnanswered || record.IsTwin || IsForgotten(record)) || (IsLongAgo(record.VisibleFrom) && IsLongAgo(world.OutageUntil) && IsLongAgo(HinderedUntil()));

    /// <summary>The app has had the time to look at everything, be it that somebody else has to take over what one has begun.</summary>
    private bool IsLongAgo(DateTimeOffset time) => time < world.Time.GetUtcNow().AddMinutes(-25);

    /// <summary>An instance of the app ended, or stood still, before it had noted what it made.</summary>
    private bool IsForgotten(FakeRecord record) => record.IsMadeByApp && world.LastOutage.AddMinutes(4) > record.VisibleFrom;

    /// <summary>Put into both systems, and maybe not seen in either: who cannot read one of them makes it once more.</summary>
    private bool IsFreshTwin(FakeRecord record) => intents.Twins.Contains(Tokens.Of(record)) && record.VisibleFrom.AddMinutes(20) > world.Time.GetUtcNow();

    private T? Pick<T>(List<T> from)
        where T : class => from.Count == 0 ? null : from[random.Next(from.Count)];

    private string NewToken() => $"T{(++_tokens).ToString(CultureInfo.InvariantCulture)}";

    private void Create(KindPair kind, Side side)
    {
        var account = world.On(side).Account;
        if (account.Live(kind.On(side)).Count() >= Most) return;
        var token = NewToken();
        if (Fresh(kind, side, token, random.Next(3) > 0, _values.Name(token)) is { } fields) account.Create(kind.On(side), fields, Actor.User);
    }

    private void CreateTwins(KindPair kind)
    {
        if (world.Left.Account.Live(kind.Left).Count() >= Most || !MayMakeTwins() || Sides.Both.Any(side => world.On(side).ForbiddenKind is not null)) return;
        var token = NewToken();
        var name = $"{token} {_values.Word()}";
        
        // A contact's name tells something only together with its company.
        var coded = kind == KindPair.Contact || random.Next(2) == 0;
        if (Fresh(kind, Side.Left, token, coded, name) is not { } left || Fresh(kind, Side.Right, token, coded, name) is not { } right) return;

        // Had the app not seen the one when it sees the other, it could not but make it a second time.
        foreach (var twin in new[] { world.Left.Account.Create(kind.Left, left, Actor.User), world.Right.Account.Create(kind.Right, right, Actor.User) })
        {
            twin.IsAlwaysListed = true;
            twin.IsTwin = !coded;
        }

        intents.Twins.Add(token);
    }

    private FieldSet? Fresh(KindPair kind, Side side, string token, bool coded, string name)
    {
        var habits = world.On(side).Account.Habits;
        var spec = habits.Kind(kind.On(side));
        var fields = KindPair.Archived(side, false).With(KindPair.NameField(side), FieldValue.Of(name));
        if (coded) fields = fields.With(KindPair.CodeField(side), FieldValue.Of($"C-{token}"));
        foreach (var field in spec.Fields)
        {
            if (fields.ContainsKey(field.Name)) continue;
            if (field.RefersTo is { } target)
            {
                if (Pick(world.On(side).Account.Live(target).ToList()) is { } referred && (field.Required || random.Next(3) > 0)) fields = fields.With(field.Name, new FieldValue.Reference(referred.Id));
                else if (field.Required) return null;
            }
            else if (random.Next(2) == 0 && _values.Next(habits, field, FieldValue.None, token) is { } value)
            {
                fields = fields.With(field.Name, value);
            }
        }

        return fields;
    }

    private void Edit(KindPair kind, Side side)
    {
        if (Any(kind, side) is { } record) Edit(record, side, null);
    }

    /// <summary>The same field, or whatever each likes, on both sides of what is one thing.</summary>
    private void EditBoth(KindPair kind)
    {
        if (Any(kind, Side.Left) is not { } left || world.Right.Account.Live(kind.Right).FirstOrDefault(record => IsFree(record) && Tokens.Of(record) == Tokens.Of(left)) is not { } right) return;
        var spec = world.Left.Account.Habits.Kind(kind.Left);
        var index = random.Next(spec.Fields.Length);

        // Each keeps it in its own form: there is nothing to quarrel about.
        if (spec.Fields[index] is { Type: SystemFieldType.Text, Name: not "status" } field && random.Next(3) == 0 && _values.Next(world.Left.Account.Habits, field, FieldValue.None, Tokens.Of(left)) is { } same)
        {
            world.Left.Account.Edit(left, FieldSet.Of((field.Name, same)), Actor.User);
            world.Right.Account.Edit(right, FieldSet.Of((world.Right.Account.Habits.Kind(kind.Right).Fields[index].Name, same)), Actor.User);
            return;
        }

        Edit(left, Side.Left, index);
        Edit(right, Side.Right, index);
    }

    private void Edit(FakeRecord record, Side side, int? index)
    {
        var account = world.On(side).Account;
        var spec = account.Habits.Kind(record.Kind);
        var token = Tokens.Of(record);
        var changes = FieldSet.Empty;
        for (var i = index is null ? random.Next(1, 4) : 1; i > 0; i--)
        {
            var field = spec.Fields[index is { } chosen && chosen < spec.Fields.Length ? chosen : random.Next(spec.Fields.Length)];
            if (_values.Next(account.Habits, field, record.Get(field.Name), token) is { } value) changes = changes.With(field.Name, value);
        }

        if (!changes.IsEmpty) account.Edit(record, changes, Actor.User);
    }

    private static string PhoneField(Side side) => side == Side.Left ? "phone" : "tel";

    private static bool IsPoison(FieldValue value) => value.ToString()?.Contains(FakeServer.Poison, StringComparison.Ordinal) == true;

    /// <summary>A value that its own system takes, and the other one never.</summary>
    private void Poison(Side side)
    {
        var kind = random.Next(2) == 0 ? KindPair.Company : KindPair.Contact;
        if (Any(kind, side) is { } record) world.On(side).Account.Edit(record, FieldSet.Of((PhoneField(side), FieldValue.Of($"{FakeServer.Poison} {random.Next(100)}"))), Actor.User);
    }

    /// <summary>Somebody takes away the right to see a kind, or gives it back. Not while there is what the app can know again only by its content.</summary>
    private void Forbid(KindPair kind, Side side)
    {
        var server = world.On(side);
        var mayTake = server.ForbiddenKind is null && world.Faults.On && Sides.Both.All(each => world.On(each).Account.Live(kind.On(each)).All(record => IsFree(record) && !IsFreshTwin(record)));
        server.ForbiddenKind = mayTake ? kind.On(side) : null;
    }

    private void Refer(Side side)
    {
        var kind = random.Next(2) == 0 ? KindPair.Contact : KindPair.Project;
        if (Any(kind, side) is not { } record) return;
        var field = world.On(side).Account.Habits.Kind(record.Kind).Fields.First(field => field.RefersTo is not null);
        var target = random.Next(4) == 0 && !field.Required ? null : Any(KindPair.Company, side);
        if (target is null && field.Required) return;
        world.On(side).Account.Edit(record, FieldSet.Of((field.Name, target is null ? FieldValue.None : new FieldValue.Reference(target.Id))), Actor.User);
    }

    private void Merge(KindPair kind, Side side)
    {
        if (Any(kind, side) is not { } loser || Any(kind, side) is not { } survivor || loser == survivor || loser.IsAnchor) return;
        world.On(side).Account.Delete(loser, Actor.User, survivor);
    }

    private void Bump(KindPair kind, Side side)
    {
        if (!world.On(side).Account.Habits.BumpsVersions || Any(kind, side) is not { } record) return;
        world.On(side).Account.Bump(record);
        world.Faults.Count(FaultClass.VersionBump);
    }
}
