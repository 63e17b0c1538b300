namespace SyncFunctions.App.Notices;

/// <summary>The names of what notices say.</summary>
internal static class NoticeFact
{
    public const string Count = "count";
    public const string Kinds = "kinds";
    public const string Kind = "kind";
    public const string Reason = "reason";
    public const string Connection = "connection";
    public const string Name = "name";
    public const string System = "system";
    public const string What = "what";
    public const string Who = "who";
    public const string Run = "run";
    public const string Problem = "problem";
    public const string Done = "done";
    public const string Created = "created";
    public const string Updated = "updated";
    public const string Linked = "linked";
    public const string Failed = "failed";
    public const string Rule = "rule";
    public const string Digest = "digest";

    /// <summary>The address of the person that it is about, what it is to them, where it came from, and what to do: for them alone.</summary>
    public const string Person = "person";
    public const string Yours = "yours";
    public const string From = "from";
    public const string Advice = "advice";

    public static readonly string[] OfThePerson = [Person, Yours, From, Advice];
}
