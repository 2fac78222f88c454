# SPDX-License-Identifier: Apache-2.0
"""XML, archives and saved files: whole, or an error, in bounded memory."""

from __future__ import annotations

from mutant import Mutant

PAYLOADS = (
    Mutant(
        "I1.111",
        "a field named output keeps its value when it is the only column",
        "case (RowShape.Columns(_), RowShape.Columns(_)) =>",
        "case (RowShape.Columns(_), _) =>",
        "ColumnPruningSuite",
        "a field of records that is named `output` keeps its value in a query of this column alone",
    ),
    Mutant(
        "I1.112",
        "a compressed file that is the record stays as it is",
        "if (files) ofFile(decoded)",
        "if (files || codings.isEmpty) ofFile(decoded)",
        "RowCallSuite",
        "a binary body that is a compressed file stays as it is, and only Content-Encoding is undone",
    ),
    Mutant(
        "I1.60",
        "the directory of an archive says how many files it has",
        "if (listed != Many && listed != entries % (Many + 1))",
        "if (listed != Many && listed < entries % (Many + 1) - 1)",
        "ZippedFilesSuite",
        "a directory of another number of files is an error",
    ),
    Mutant(
        "I1.61",
        "a file under the name of a body is the whole body",
        "if (!isThere(file, saved.length) && !fs.rename(temporary, file) && !isThere(file, saved.length))",
        "if (!isThere(file, saved.length) && !fs.exists(file) && !fs.rename(temporary, file))",
        "BodyFolderSuite",
        "a file of another length under that name is replaced: it is not of a whole body",
    ),
    Mutant(
        "I1.62",
        "a connection that breaks within XML is not the end of the response",
        "case cause if failure.isDefined => throw cause",
        "case cause if failure.isDefined => Left(errors.malformed(String.valueOf(cause)))",
        "XmlRecordsSuite",
        "a connection that breaks is not the end of the response",
    ),
    Mutant(
        "I1.63",
        "a file does not discard the records of the file before it",
        "lost ||= before",
        "lost ||= before && files < 0",
        "ZippedFilesSuite",
        "records in another field than those of the file before are an error, because a search would discard records",
    ),
    Mutant(
        "I4.60",
        "all files of an archive have one bound",
        "if (total > maxBytes) throw new TooLarge(maxBytes)",
        "if (bytes > maxBytes) throw new TooLarge(maxBytes)",
        "ZippedFilesSuite",
        "all files together have the bound of maxResponseBytes, and so have the names of empty files",
    ),
    Mutant(
        "I4.61",
        "XML has no entities of a DTD",
        "f.setProperty(XMLInputFactory.SUPPORT_DTD, false)",
        "f.setProperty(XMLInputFactory.SUPPORT_DTD, true)",
        "XmlRecordsSuite",
        "a document type is skipped, and its entities are not known: no file is read, and nothing multiplies",
    ),
    Mutant(
        "I4.62",
        "elements of XML have a bound of depth",
        "if (depth > XmlPass.Deepest)",
        "if (depth > XmlPass.Deepest + 10)",
        "XmlRecordsSuite",
        "the response, a record, its depth and values next to the records have bounds",
    ),
    Mutant(
        "I4.63",
        "a record of many small elements has a bound",
        "if (weight > XmlPass.Growth * mostOfRecord)",
        "if (weight > 100L * XmlPass.Growth * mostOfRecord)",
        "XmlRecordsSuite",
        "the response, a record, its depth and values next to the records have bounds",
    ),
    Mutant(
        "I4.64",
        "values next to the records of XML have a bound",
        "if (kept > most) throw",
        "if (false && kept > most) throw",
        "XmlRecordsSuite",
        "the response, a record, its depth and values next to the records have bounds",
    ),
    Mutant(
        "I4.65",
        "a body that is saved has a bound",
        "if (length > most) throw",
        "if (false && length > most) throw",
        "BodyFolderSuite",
        "a body that is too large or breaks leaves nothing",
    ),
    Mutant(
        "I2.52",
        "the XML of a record is its last member",
        "reduceOption((_, last) => last)",
        "reduceOption((first, _) => first)",
        "XmlRowsSuite",
        "an element that is named as the XML of the record does not replace it",
    ),
)
