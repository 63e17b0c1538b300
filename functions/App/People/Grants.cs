using System.Collections.Immutable;
using SyncFunctions.App.Access;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Nobody gives more than they have: no higher role, and nothing out of the reach of their own groups.</summary>
internal static class Grants
{
    public const int MostGroups = 100;

    /// <summary>A role of a tenant and groups that it has.</summary>
    public static BodyCheck Grant(this BodyCheck check, Role? role, IReadOnlyCollection<string>? groups, TenantAccess access) => check
        .When(role == Role.Operator, "#/role", "Operators run the app; they do not belong to a tenant.")
        .When(groups?.Any(id => access.Groups.All(group => group.Id != id)) == true, "#/groups", "There is no such group.");

    public static BodyCheck Email(this BodyCheck check, string pointer, string? email) =>
        check.When(email is { Length: > 0 } && !SmtpSettings.IsAddress(email), pointer, "This is not an e-mail address.");

    /// <exception cref="ProblemException">The caller has less than that.</exception>
    public static void Require(Caller caller, Role role, ImmutableArray<string> groups)
    {
        if (role > caller.Role) throw new ProblemException(ProblemType.NotAllowed, $"Your own role is {Json.ToNode(caller.Role)}: you cannot give more, or take it away.");
        if (!caller.Reaches.IsEmpty && (groups.IsEmpty || groups.Except(caller.Groups).Any()))
            throw new ProblemException(ProblemType.NotAllowed, "Groups narrow you: you can only let others into those, and change those who are in no other.");
    }

    /// <exception cref="ProblemException">Groups narrow the caller.</exception>
    public static void RequireWhole(Caller caller)
    {
        if (!caller.Reaches.IsEmpty) throw new ProblemException(ProblemType.NotAllowed, "Groups narrow you: this is for those who reach everything of the tenant.");
    }
}
