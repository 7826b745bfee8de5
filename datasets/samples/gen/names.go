package main

// people are given names, read as men and women of today.
var people = []string{
	"민수", "준호", "지우", "수진", "은서", "태현", "하린", "도윤", "지영", "서준", "유나", "성민",
}

// towns are places that people move and travel between.
var towns = []string{"서울", "부산", "대전", "광주", "강릉", "속초", "전주", "여수", "춘천", "경주", "제주", "목포"}

// days open a sentence with its time.
var days = []string{"어제", "오늘", "지난주에", "주말에", "아침에", "저녁에"}
