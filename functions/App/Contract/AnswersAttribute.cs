using Microsoft.AspNetCore.Http;

namespace SyncFunctions.App.Contract;

/// <summary>What a function answers where all is well. Problems are said by <see cref="RefusesAttribute"/>.</summary>
/// <param name="status">One that is not an error.</param>
/// <param name="body">Null: it has none, or none that is JSON.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute(int status, Type? body = null) : Attribute
{
    public AnswersAttribute(Type body)
        : this(StatusCodes.Status200OK, body)
    {
    }

    public int Status { get; } = status;

    public Type? Body { get; } = body;

    /// <summary>Null where there is no body.</summary>
    public string? MediaType { get => field ?? (Body is null ? null : "application/json"); init; }

    /// <summary>It holds a secret that is told this once: it is kept nowhere.</summary>
    public bool ShownOnce { get; init; }

    /// <summary>It has an <c>ETag</c>, by which a change can be made of exactly what was read.</summary>
    public bool Tagged { get; init; }
}

/// <summary>The query parameters that a function reads; any other is refused.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AsksAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>The body that a function takes, where it is not the <c>Body</c> inside its class.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TakesAttribute(Type body) : Attribute
{
    public Type Body { get; } = body;
}

/// <summary>The names of the problems that are a function's own, beside those that all of its kind share.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RefusesAttribute(params string[] problems) : Attribute
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
