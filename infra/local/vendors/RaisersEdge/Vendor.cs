namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>Raiser's Edge NXT, the SKY API.</summary>
internal static class Vendor
{
    /// <summary>Switch: a change of an e-mail address, phone, address or code shows as a change of its constituent. Off, since nobody says that it does.</summary>
    public const string ChildrenTouchParent = "childrenTouchParent";

    /// <summary>Switch: every error is problem details, as the newer modules have it; an array otherwise.</summary>
    public const string ProblemBodies = "problemBodies";

    /// <summary>Switch: the secondary subscription key is the only one that is accepted.</summary>
    public const string PrimaryKeyRenewed = "primaryKeyRenewed";

    private const int QuotaSeconds = 3600;

    public static readonly SimDefinition Definition = new()
    {
        Name = "raisersedge",
        Title = "Raiser's Edge NXT",
        Kinds = Kinds.All,
        Format = new SimFormat(TimeSpan.FromMilliseconds(1), "yyyy-MM-ddTHH:mm:ss.fffZ", ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"], "yyyy-MM-dd'T'00:00:00"),
        Settings = new SimSettings
        {
            // The documents speak of half an hour on average: 1800000.
            ReadLagMs = 3000,
            DefaultPageSize = 500,
            MaxPageSize = 5000,
            AccessTokenSeconds = 3600,
            RefreshTokenSeconds = 365 * 24 * 3600,
            Switches = new Dictionary<string, bool> { [ChildrenTouchParent] = false, [ProblemBodies] = false, [PrimaryKeyRenewed] = false },
        },
        StaticToken = "raisersedge-static-token",
        SeedResource = "RaisersEdge.seed.json",
        Error = (status, message) => Error(status, message),
        Webhooks = Subscriptions.Rules,
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Api.Map(routes, system);
            Gifts.Map(routes, system);
            Subscriptions.Map(routes, system);
        },
    };

    /// <summary>The call volume quota: a 403 like one for lack of a right, but for its words and its Retry-After.</summary>
    public static IResult OutOfQuota() => new SimHeaders(
        SimJson.Of(403, new { StatusCode = 403, Message = $"Out of call volume quota. Quota will be replenished in {TimeSpan.FromSeconds(QuotaSeconds):c}." }),
        ("Retry-After", $"{QuotaSeconds}"));

    /// <param name="name">The vendor's word for what is wrong.</param>
    /// <param name="problem">Problem details rather than an array.</param>
    public static IResult Error(int status, string message, string? name = null, bool problem = false)
    {
        if (status == 429)
            return new SimHeaders(SimJson.Of(status, new { StatusCode = status, Message = "Rate limit is exceeded. Try again in 1 second." }), ("Retry-After", "1"));
        name ??= status switch { 403 => "Forbidden", 404 => "NotFound", _ => "InvalidRequest" };
        return problem
            ? SimJson.Of(status, new { Type = "about:blank", Title = name, Status = status, Detail = message }, "application/problem+json")
            : SimJson.Of(status, new[]
            {
                new Dictionary<string, object?> { ["message"] = message, ["error_name"] = name, ["error_code"] = status * 10, ["raw_message"] = message, ["error_args"] = Array.Empty<string>() },
            });
    }
}
