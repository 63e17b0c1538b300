namespace SyncFunctions.State.Tests;

/// <summary>Ids as vendors really have them, and as nobody should.</summary>
public static class OddIds
{
    public static readonly IReadOnlyList<string> All =
    [
        "17",
        "5f0c1b52-9d4e-4d2e-9f3a-0f4f7f7f7f7f",
        "a/b\\c#d?e%f",
        "%2F",
        "/",
        "~",
        "~002f",
        "~~",
        "k|17",
        "with 'quotes' and \"more\"",
        "space at the end ",
        " ",
        "",
        "a+b&c=d;e,f:g@h",
        "tab\tline\nnull\0del\u007f\u0085",
        "müller@example.com",
        "日本語",
        "😀",
        "lone \ud83d high",
        "lone \ude00 low",
        "\ude00\ud83d",
        "UPPER",
        "upper",
        "https://api.example.com/v1/companies/17?expand=all#top",
        new string('x', 200),
        new string('x', 201),
        new string('/', 500),
        new string('\ud800', 300),
        new string('\udbff', 300),
    ];

    public static TheoryData<string> Escaped => [.. All.Select(Keys.Escape)];
}
