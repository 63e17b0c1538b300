namespace SyncFunctions.App.Problems;

/// <summary>Collects what is wrong with a body, so that the caller learns of everything at once.</summary>
public sealed class BodyCheck
{
    public const int MaxNameLength = 200;

    private readonly List<BodyError> _errors = [];

    public BodyCheck Add(string pointer, string detail)
    {
        _errors.Add(new BodyError(detail, pointer));
        return this;
    }

    public BodyCheck Require(string pointer, object? value) => When(value is null or "", pointer, "This member is required.");

    public BodyCheck When(bool wrong, string pointer, string detail) => wrong ? Add(pointer, detail) : this;

    /// <summary>A name for people: some characters, none of them invisible.</summary>
    public BodyCheck Name(string pointer, string? name) => When(
        name is not null && (name.Length > MaxNameLength || string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl)),
        pointer,
        $"A name has 1 to {MaxNameLength} visible characters.");

    /// <summary>Ends the request if anything is wrong.</summary>
    public void Refuse()
    {
        if (_errors.Count == 0) return;
        var detail = _errors.Count == 1 ? _errors[0].Detail : $"{_errors.Count} things are wrong with the body.";
        throw new ProblemException(ProblemType.InvalidRequest, detail) { Errors = [.. _errors] };
    }
}
