namespace EvenKeel.Lab.Reports;

/// <summary>A chart that can be drawn for a page or for a file.</summary>
internal interface IChart
{
    /// <summary>For a page: the wide and the narrow drawing, one after the other.</summary>
    string Draw();

    /// <summary>For a file: the wide drawing alone.</summary>
    string DrawWide();
}
